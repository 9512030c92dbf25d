import type { FastifyContextConfig } from 'fastify'
import { type LimitName, limits } from '../guards/rate-limits.ts'

/** What a route declares of who may call it and how often. */
export type Policy = {
  readonly who: string
  readonly role: string
  readonly fresh: boolean
  readonly evenBanned: boolean
  readonly limit: LimitName | 'none'
  readonly botCheck: boolean
  readonly hashes: boolean
  readonly cookies: boolean
}

export function policyOf(config: FastifyContextConfig): Policy {
  const { access = '', role, fresh, evenBanned, turnstile, hashes, setsCookie } = config
  return {
    who: access,
    role: role ?? '',
    fresh: fresh === true || role === 'admin',
    evenBanned: evenBanned === true,
    limit: config.limit ?? (access === 'probe' ? 'none' : 'default'),
    botCheck: turnstile === true,
    hashes: hashes === true,
    cookies: setsCookie === true,
  }
}

const whoInWords: Readonly<Record<string, string>> = {
  public: 'Everybody',
  optional: 'Everybody; it knows who is signed in where somebody is',
  session: 'Whoever is signed in, by a session',
  'session or access token': 'Whoever is signed in, by a session or an access token',
  probe: 'Whatever watches the server',
}

const minutes = (seconds: number): string =>
  seconds === 60 ? 'a minute' : seconds === 3600 ? 'an hour' : `${seconds} s`

/** Each rule by its name and in words; rules that ask nothing are left out. */
export function policyInWords(policy: Policy): readonly (readonly [name: string, words: string])[] {
  const { limit, role } = policy
  const rows: (readonly [string, string] | false)[] = [
    ['Who', whoInWords[policy.who] ?? policy.who],
    role !== '' && ['Role', `At least ${role}`],
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
