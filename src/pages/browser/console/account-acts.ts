import { act, why } from './act.ts'
import { api } from './api.ts'
import { text } from './language.ts'

// What is done to an account, from whichever screen.

export type Target = { readonly id: string; readonly handle: string }

export const unban = ({ id, handle }: Target): HTMLElement =>
  act({
    title: text('user.unban'),
    what: handle,
    explanation: text('user.unban_what', { handle }),
    fields: [why()],
    send: ({ reason }) => api.POST('/v0/users/unban', { body: { user_id: id, reason } }),
    said: text('user.unbanned'),
  })
