import type { MethodName } from '../db/schema/columns.ts'

/** By what somebody shows who they are. */
export type Method = MethodName

/** What was shown on the way to a session. */
export type Shown = {
  readonly methods: readonly Method[]
  /** Through whom, where its name is at hand. */
  readonly provider?: string
  /** Which passkey. */
  readonly passkeyId?: string
}

/** What only the account's authenticator has, asked for after something else was shown; or a passkey in its place. */
export const secondSteps = ['totp', 'backup_code', 'passkey'] as const satisfies readonly Method[]

export type SecondStep = (typeof secondSteps)[number]

export const isSecondStep = (method: Method): method is SecondStep => secondSteps.some((one) => one === method)

/** Whether nothing more is asked for where the account has a second factor [MF4]. */
export const showsSecondStep = (methods: readonly Method[]): boolean => methods.some(isSecondStep)

/**
 * Whether two things were shown, of which one alone would not have opened the account. A passkey is two by itself: the
 * device that has it, and what it knows its user by.
 */
export const showsTwoFactors = (methods: readonly Method[]): boolean =>
  methods.includes('passkey') || (showsSecondStep(methods) && methods.some((one) => !isSecondStep(one)))
