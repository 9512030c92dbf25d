import { limits } from '../guards/rate-limits.ts'
import type { Impersonated, RoutePolicy } from '../http/route-policy.ts'

const whoInWords: Readonly<Record<RoutePolicy['who'], string>> = {
  public: 'Anyone',
  optional: 'Anyone; it knows who is signed in, if someone is',
  session: 'Anyone signed in, with a session',
  'session or access token': 'Anyone signed in, with a session or an access token',
  console: 'Administrators and moderators, with a console session',
  'session or console': 'Anyone signed in, with a session or a console session',
  probe: 'Whatever monitors this server',
}

const impersonatedInWords: Readonly<Record<Impersonated, string>> = {
  open: 'Allowed to an administrator who is in the account',
  'unless read-only': 'Refused to an administrator who is in the account only to read',
  refused: 'Refused to an administrator who is in the account',
}

const minutes = (seconds: number): string => (seconds === 60 ? 'minute' : seconds === 3600 ? 'hour' : `${seconds} s`)

/** Each rule of the policy by its name and in words; a rule that demands nothing is left out. */
export function policyInWords(policy: RoutePolicy): readonly (readonly [name: string, words: string])[] {
  const { limit, role } = policy
  const rows: (readonly [string, string] | false)[] = [
    ['Who', whoInWords[policy.who]],
    role !== undefined && ['Role', `At least ${role}`],
    policy.fresh && ['Fresh', 'Signed in, or confirmed again, within the last five minutes'],
    policy.evenBanned && ['Banned', 'Allowed even to someone who is banned'],
    policy.impersonated !== undefined && ['Impersonated', impersonatedInWords[policy.impersonated]],
    limit !== 'none' && [
      'Limit',
      `“${limit}”: ${limits[limit].quota} requests per network every ${minutes(limits[limit].windowSeconds)}`,
    ],
    policy.botCheck && ['Bot check', 'A Turnstile token, if TURNSTILE_SECRET is set'],
    policy.hashes && ['Hashing', 'Hashes a password for strangers, so it may have to wait its turn'],
    policy.cookies && ['Cookies', 'Sets or clears cookies; requests from other sites are refused'],
  ]
  return rows.filter((row) => row !== false)
}
