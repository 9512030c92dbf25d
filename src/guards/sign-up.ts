import { demandOpenSignUp } from '../accounts/sign-up-policy.ts'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'

const fault = faults('user:sign_up_closed')

/** Refuses everybody alike while nobody may sign up, before the request's body is read [SU1]. */
export const signUpGuard = ({ config }: { readonly config: Config }): Guard =>
  guard('request', fault.codes, () => demandOpenSignUp({ config, fault }))
