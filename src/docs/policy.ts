import { limits } from '../guards/rate-limits.ts'
import type { RoutePolicy } from '../http/route-policy.ts'

const whoInWords: Readonly<Record<RoutePolicy['who'], string>> = {
  public: 'Everybody',
  optional: 'Everybody; it knows who is signed in where somebody is',
  session: 'Whoever is signed in, by a session',
  'session or access token': 'Whoever is signed in, by a session or an access token',
  probe: 'Whatever watches the server',
}

const minutes = (seconds: number): string =>
  seconds === 60 ? 'a minute' : seconds === 3600 ? 'an hour' : `${seconds} s`

/** Each rule by its name and in words; rules that ask nothing are left out. */
export function policyInWords(policy: RoutePolicy): readonly (readonly [name: string, words: string])[] {
  const { limit, role } = policy
  const rows: (readonly [string, string] | false)[] = [
    ['Who', whoInWords[policy.who]],
    role !== undefined && ['Role', `At least ${role}`],
    policy.fresh && ['Fresh', 'The session was opened or proven again in the last five minutes'],
    policy.evenBanned && ['Banned', 'Whoever is banned may still do it'],
    limit !== 'none' && [
      'Limit',
      `“${limit}”: ${limits[limit].quota} requests of a network in ${minutes(limits[limit].windowSeconds)}`,
    ],
    policy.botCheck && ['Bot check', 'A Turnstile token, where TURNSTILE_SECRET is set'],
    policy.hashes && ['Hashing', 'Computes a password’s hash for strangers, so it may have to wait for room'],
    policy.cookies && ['Cookies', 'Answers with cookies; other sites are refused'],
  ]
  return rows.filter((row) => row !== false)
}
