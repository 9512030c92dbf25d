import type { MethodName } from '../db/schema/columns.ts'

/** A way in which a user authenticates. */
export type Method = MethodName

/** The methods by which a user authenticated for a session. */
export type Shown = {
  readonly methods: readonly Method[]
  /** The provider that the user signed in through, if its name is at hand. */
  readonly provider?: string
  /** The passkey that was used. */
  readonly passkeyId?: string
}

/** Methods that satisfy the second step of a login: codes of the account's authenticator, or a passkey instead. */
export const secondSteps = ['totp', 'backup_code', 'passkey'] as const satisfies readonly Method[]

export type SecondStep = (typeof secondSteps)[number]

export const isSecondStep = (method: Method): method is SecondStep => secondSteps.some((one) => one === method)

/** A method that begins a sign-in: any but the codes that only follow one. */
export const isWayIn = (method: Method): method is Exclude<Method, 'totp' | 'backup_code'> =>
  method !== 'totp' && method !== 'backup_code'

/** Whether these methods suffice for an account with a second factor [MF4]. */
export const showsSecondStep = (methods: readonly Method[]): boolean => methods.some(isSecondStep)

/**
 * Whether two factors were shown, one of which would not have opened the account alone. A passkey is two by itself: the
 * device that has it, and how the device recognises its user.
 */
export const showsTwoFactors = (methods: readonly Method[]): boolean =>
  methods.includes('passkey') || (showsSecondStep(methods) && methods.some((one) => !isSecondStep(one)))
