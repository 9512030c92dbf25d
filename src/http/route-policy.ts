import type { FastifyContextConfig } from 'fastify'

/** What an administrator in the account of a user may do at a route. */
const impersonatedWords = {
  open: undefined,
  'unless read-only': 'Refused to an impersonation that may only read.',
  refused: 'Refused to an impersonation.',
} as const

export type Impersonated = keyof typeof impersonatedWords

type Setting<Name extends keyof FastifyContextConfig> = NonNullable<FastifyContextConfig[Name]>

/** What a route demands of its callers, with the defaults filled in. */
export type RoutePolicy = {
  readonly who: Setting<'access'>
  readonly role: Setting<'role'> | undefined
  readonly fresh: boolean
  readonly evenBanned: boolean
  readonly impersonated: Impersonated | undefined
  readonly limit: Setting<'limit'>
  readonly botCheck: boolean
  readonly hashes: boolean
  readonly cookies: boolean
}

/** A route for administrators demands a fresh session unless it says that it does not. */
export const demandsFresh = ({ role, fresh = role === 'admin' }: FastifyContextConfig): boolean => fresh

export function policyOf(config: FastifyContextConfig): RoutePolicy {
  const { access = 'public', role, evenBanned = false, impersonated, turnstile = false, hashes = false } = config
  const { limit = access === 'probe' ? 'none' : 'default', setsCookie = false } = config
  return {
    who: access,
    role,
    fresh: demandsFresh(config),
    evenBanned,
    impersonated,
    limit,
    botCheck: turnstile,
    hashes,
    cookies: setsCookie,
  }
}

const whoInSentences: Readonly<Record<RoutePolicy['who'], string>> = {
  public: 'For anybody.',
  probe: 'For probes: nothing is checked and nothing is counted.',
  optional: 'For anybody; whoever is signed in is known.',
  session: 'Needs a session.',
  'session or access token': 'Needs a session or an access token.',
  console: 'Needs a console session.',
  'session or console': 'Needs a session or a console session.',
}

/** The policy in sentences, for the OpenAPI document. */
export function policySentences(config: FastifyContextConfig): string {
  const { who, role, fresh, evenBanned, impersonated, botCheck, cookies, limit } = policyOf(config)
  const sentences = [
    config.cookieAlone ? 'For anybody; whoever a cookie signs in is known.' : whoInSentences[who],
    config.partlyFresh,
    role && `The account must be ${role === 'admin' ? 'an administrator' : `a ${role} or above`}.`,
    fresh && 'The session must be fresh: opened or proven again in the last five minutes.',
    evenBanned && 'Open to banned accounts as well.',
    impersonated && impersonatedWords[impersonated],
    botCheck && 'Where bot checks are on, X-Turnstile-Token has the token of one.',
    cookies && 'Answers with cookies, so other sites cannot make a browser send it.',
    limitInSentences(who, limit),
  ]
  return sentences.filter(Boolean).join(' ')
}

/** What the document says once for all is not said again. */
function limitInSentences(who: RoutePolicy['who'], limit: RoutePolicy['limit']): string {
  if (limit === 'default' || who === 'probe') return ''
  return limit === 'none' ? 'Counts for no limit.' : `Counts for the network's limit "${limit}".`
}
