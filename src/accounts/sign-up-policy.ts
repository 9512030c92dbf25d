import type { Config } from '../config/config.ts'
import { domainsUpFrom } from '../config/domains.ts'
import type { Fault } from '../errors/fault.ts'
import { emailKey } from '../text/email.ts'

export const signUpPolicyRefusals = ['user:sign_up_closed', 'email:domain_not_allowed'] as const

export type SignUpPolicyRefusal = (typeof signUpPolicyRefusals)[number]

type Policy = Pick<Config, 'signUp' | 'signUpDomains' | 'signUpDenyDomains'>

type Asked<Code extends SignUpPolicyRefusal> = { readonly config: Policy; readonly fault: Fault<Code> }

/**
 * Refuses to make an account that nobody but its owner asked for. Looks at nothing but the settings and the domain, so
 * that it answers alike whether or not an account has the address [SU1 SU2].
 */
export function demandSignUp(ctx: Asked<SignUpPolicyRefusal>, email: string): void {
  demandOpenSignUp(ctx)
  demandAllowedDomain(ctx, email)
}

export function demandOpenSignUp({ config, fault }: Asked<'user:sign_up_closed'>): void {
  if (config.signUp === 'open') return
  const details = `SIGN_UP is ${config.signUp}: nobody makes an account without being invited or imported.`
  throw fault('user:sign_up_closed', { details })
}

/** Nobody accepts an invitation, or sends one, while accounts are made at the command line alone. */
export function demandInvitations({ config, fault }: Asked<'user:sign_up_closed'>): void {
  if (config.signUp !== 'closed') return
  throw fault('user:sign_up_closed', { details: 'SIGN_UP is closed: accounts are made at the command line alone.' })
}

export function demandAllowedDomain({ config, fault }: Asked<'email:domain_not_allowed'>, email: string): void {
  if (isDomainAllowed(config, email)) return
  throw fault('email:domain_not_allowed', { details: 'SIGN_UP_DOMAINS or SIGN_UP_DENY_DOMAINS refuses this domain.' })
}

/** The same as an answer, for mails that are only of use to somebody who may sign up. */
export const maySignUp = (policy: Policy, email: string): boolean =>
  policy.signUp === 'open' && isDomainAllowed(policy, email)

function isDomainAllowed({ signUpDomains, signUpDenyDomains }: Policy, email: string): boolean {
  const key = emailKey(email)
  const domains = domainsUpFrom(key.slice(key.lastIndexOf('@') + 1))
  const isIn = (set: ReadonlySet<string>) => domains.some((domain) => set.has(domain))
  return (signUpDomains.size === 0 || isIn(signUpDomains)) && !isIn(signUpDenyDomains)
}
