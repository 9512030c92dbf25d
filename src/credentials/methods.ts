import type { MethodName } from '../db/schema/columns.ts'

/** By what somebody shows who they are. */
export type Method = MethodName

/** What was shown on the way to a session. */
export type Shown = {
  readonly methods: readonly Method[]
  /** Through whom, where its name is at hand. */
  readonly provider?: string
}

/** What only the account's authenticator has, asked for after something else was shown. */
export const secondSteps = ['totp', 'backup_code'] as const satisfies readonly Method[]

export type SecondStep = (typeof secondSteps)[number]

const isSecondStep = (method: Method): method is SecondStep => secondSteps.some((one) => one === method)

export const showsCode = (methods: readonly Method[]): boolean => methods.some(isSecondStep)

/** Whether two things were shown, of which one alone would not have opened the account. */
export const showsTwoFactors = (methods: readonly Method[]): boolean =>
  showsCode(methods) && methods.some((one) => !isSecondStep(one))
