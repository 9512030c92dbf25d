import type { FastifyContextConfig } from 'fastify'

const who: Readonly<Record<NonNullable<FastifyContextConfig['access']>, string>> = {
  public: 'For anybody.',
  probe: 'For probes: nothing is checked and nothing is counted.',
  optional: 'For anybody; whoever is signed in is known.',
  session: 'Needs a session: the cookie, or its token as a bearer.',
  'session or access token': 'Needs a session or an access token.',
}

/** What a route asks of its callers, in sentences. */
export function policySentences({ access = 'public', ...config }: FastifyContextConfig): string {
  const {
    cookieAlone,
    partlyFresh,
    role,
    fresh,
    evenBanned,
    turnstile,
    setsCookie,
    limit = access === 'probe' ? 'none' : 'default',
  } = config
  const sentences = [
    cookieAlone ? 'For anybody; whoever a cookie signs in is known.' : who[access],
    partlyFresh,
    role && `The account must be ${role === 'admin' ? 'an administrator' : `a ${role} or above`}.`,
    (fresh || role === 'admin') && 'The session must be fresh: opened or proven again in the last five minutes.',
    evenBanned && 'Open to banned accounts as well.',
    turnstile && 'Where bot checks are on, X-Turnstile-Token has the token of one.',
    setsCookie && 'Answers with cookies, so other sites cannot make a browser send it.',
    limit !== 'none' && `Counts for the network's limit "${limit}".`,
  ]
  return sentences.filter(Boolean).join(' ')
}
