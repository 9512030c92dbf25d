import type { Config } from '../config/config.ts'
import type { Check } from './check.ts'

const who = {
  open: 'open to everybody',
  invite: 'for whoever was invited',
  closed: 'closed: accounts are made at the command line alone',
} as const

/** Says who can make an account, if that is not simply everybody. */
export const signUpChecks = (config: Config): Check[] => {
  const { signUp, signUpDomains, signUpDenyDomains } = config
  const limits = [
    ...describe(signUpDomains, 'only with addresses of'),
    ...describe(signUpDenyDomains, 'not with addresses of'),
  ]
  if (signUp === 'open' && limits.length === 0) return []
  return [{ name: 'sign-up', remedy: 'see SIGN_UP', run: async () => [who[signUp], ...limits].join(', ') }]
}

const shown = 3

function describe(domains: ReadonlySet<string>, how: string): string[] {
  if (domains.size === 0) return []
  const names = [...domains].slice(0, shown).join(', ')
  const more = domains.size > shown ? ` and ${domains.size - shown} more` : ''
  return [`${how} ${names}${more}`]
}
