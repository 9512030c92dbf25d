'use client'

export { type Action, type ActionOptions, useAction } from './use-action.ts'
export { type Session, SessionProvider, type SessionState, useSession } from './use-session.ts'
