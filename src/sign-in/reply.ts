import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { type SecondStep, secondSteps } from '../credentials/methods.ts'
import { setCookie } from '../http/cookies.ts'
import { type StartedFlow, startedFlow } from '../mailed-tokens/started.ts'
import type { OpenedSession } from './open-session.ts'

/** How far a sign-in got. Every way to sign in ends in one of these four outcomes. */
export type SessionOutcome = { readonly next: 'session'; readonly session: OpenedSession }
/** The account has a second factor, which one of these methods must still show. */
export type FactorOutcome = {
  readonly next: 'second factor'
  readonly tempToken: string
  readonly methods: readonly SecondStep[]
}
/** A link or digits were mailed, because the client is new to the account and showed only a password. */
export type DeviceOutcome = { readonly next: 'device'; readonly started: StartedFlow | undefined }
/** No account has the address yet, and the client has proven that it can read mails to it. */
export type SignUpOutcome = {
  readonly next: 'sign-up'
  readonly pendingToken: string
  readonly email: string
  readonly suggestedHandle: string | undefined
}
export type LoginOutcome = SessionOutcome | FactorOutcome | DeviceOutcome

export const factorWanted = z
  .object({
    temp_token: z.string().meta({ description: 'for totp/verify' }),
    methods: z.array(z.enum(secondSteps)).meta({ description: 'the methods that the second step accepts' }),
  })
  .meta({ id: 'SecondFactorWanted', description: 'The sign-in waits for a second factor' })
export const toBeContinued = z.union([
  factorWanted,
  z
    .object({ status: z.literal('device_verification_required'), ...startedFlow.partial().shape })
    .meta({ id: 'DeviceVerificationWanted', description: 'The sign-in waits for the link that was mailed' }),
])

/** What an app stores after a sign-in. */
export const openedInApp = z
  .object({
    token: z.string(),
    device_token: z
      .string()
      .optional()
      .meta({ description: 'present if this app became a known device: for X-Device-Token' }),
  })
  .meta({ id: 'AppSession', description: 'What an app stores after a sign-in' })

/** An app sends its device token in a header, whatever the way to sign in. */
export const deviceHeader = z.looseObject({ 'x-device-token': z.string().optional() })

export function replyInBrowser(reply: FastifyReply, config: Config, outcome: LoginOutcome): FastifyReply {
  const taken = sessionOrWait(outcome)
  return 'wait' in taken ? reply.code(202).send(taken.wait) : replyOpened(reply, config, taken)
}

export function replyInApp(reply: FastifyReply, outcome: LoginOutcome): FastifyReply {
  const taken = sessionOrWait(outcome)
  return 'wait' in taken ? reply.code(202).send(taken.wait) : reply.code(200).send(forApp(taken))
}

/** Returns the session, or the answer that says how the sign-in goes on. */
export function sessionOrWait(outcome: LoginOutcome): OpenedSession | { readonly wait: z.infer<typeof toBeContinued> } {
  if (outcome.next === 'session') return outcome.session
  if (outcome.next === 'device') return { wait: { status: 'device_verification_required', ...outcome.started } }
  return { wait: describeFactors(outcome) }
}

export const signUpWanted = z
  .object({
    pending_token: z.string().meta({ description: 'for complete-signup' }),
    email: z.string(),
    suggested_handle: z.string().optional(),
  })
  .meta({ id: 'SignUpWanted', description: 'The account is made once its handle is chosen' })

export const describeSignUp = (outcome: SignUpOutcome): z.infer<typeof signUpWanted> => ({
  pending_token: outcome.pendingToken,
  email: outcome.email,
  ...(outcome.suggestedHandle !== undefined && { suggested_handle: outcome.suggestedHandle }),
})

export const describeFactors = ({ tempToken, methods }: FactorOutcome): z.infer<typeof factorWanted> => ({
  temp_token: tempToken,
  methods: [...methods],
})

const deviceCookieSeconds = 400 * 24 * 3600

/** The session's cookie outlives the browser only if the user asked to be remembered. */
export function replyOpened(reply: FastifyReply, config: Config, opened: OpenedSession): FastifyReply {
  const { token, rememberMe, deviceToken } = opened
  const maxAgeSeconds = rememberMe ? config.sessionAbsoluteTtlSeconds : undefined
  setCookie(reply, config, { name: 'session_id', value: token, maxAgeSeconds })
  if (deviceToken !== undefined)
    setCookie(reply, config, { name: 'device_id', value: deviceToken, maxAgeSeconds: deviceCookieSeconds })
  return reply.code(204).send()
}

export const forApp = ({ token, deviceToken }: OpenedSession): z.infer<typeof openedInApp> => ({
  token,
  ...(deviceToken !== undefined && { device_token: deviceToken }),
})
