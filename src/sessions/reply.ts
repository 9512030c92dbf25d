import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { setCookie } from '../http/cookies.ts'
import type { OpenedSession } from './open.ts'

/** How far a sign-in got; every way in ends in one of these. */
export type LoginOutcome =
  | { readonly next: 'session'; readonly session: OpenedSession }
  /** The account has TOTP: its code is still to come. */
  | { readonly next: 'totp'; readonly tempToken: string }
  /** A link was mailed: this client is new to the account. */
  | { readonly next: 'device' }

const toBeContinued = z.union([
  z.object({ temp_token: z.string().meta({ description: 'for totp/verify' }) }),
  z.object({ status: z.literal('device_verification_required') }),
])

export const browserLoginReplies = { 202: toBeContinued, 204: z.void() }
export const appLoginReplies = { 200: z.object({ token: z.string() }), 202: toBeContinued }

/** An app's device token comes as a header, in every way to sign in. */
export const deviceHeader = z.looseObject({ 'x-device-token': z.string().optional() })

export function replyInBrowser(reply: FastifyReply, config: Config, outcome: LoginOutcome): FastifyReply {
  if (outcome.next !== 'session') return replyContinued(reply, outcome)
  setSessionCookie(reply, config, outcome.session)
  return reply.code(204).send()
}

export function replyInApp(reply: FastifyReply, outcome: LoginOutcome): FastifyReply {
  if (outcome.next !== 'session') return replyContinued(reply, outcome)
  return reply.code(200).send({ token: outcome.session.token })
}

function replyContinued(reply: FastifyReply, outcome: Exclude<LoginOutcome, { next: 'session' }>): FastifyReply {
  const body: z.infer<typeof toBeContinued> =
    outcome.next === 'totp' ? { temp_token: outcome.tempToken } : { status: 'device_verification_required' }
  return reply.code(202).send(body)
}

/** Outlives the browser only where its user asked to be remembered. */
export function setSessionCookie(reply: FastifyReply, config: Config, { token, rememberMe }: OpenedSession): void {
  const maxAgeSeconds = rememberMe ? config.sessionAbsoluteTtlSeconds : undefined
  setCookie(reply, config, { name: 'session_id', value: token, maxAgeSeconds })
}

const deviceCookieSeconds = 400 * 24 * 3600

export function setDeviceCookie(reply: FastifyReply, config: Config, token: string): void {
  setCookie(reply, config, { name: 'device_id', value: token, maxAgeSeconds: deviceCookieSeconds })
}
