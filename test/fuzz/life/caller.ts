import { makeToken } from '../../../src/crypto/secret-token.ts'
import type { ErrorCode } from '../../../src/errors/catalogue.ts'
import type { Choices } from './choices.ts'
import { type Life, refused } from './life.ts'
import type { Account, Session } from './state.ts'

export type Caller = {
  readonly headers: Record<string, string>
  /** Whose session it is, dead or alive. */
  readonly session: Session | undefined
  /** Live and in a cookie: somebody is signed in in this browser. */
  readonly browserUser: Account | undefined
  /** What a route that demands a session says of it at this moment. */
  refusal(rules?: Rules): ErrorCode | undefined
}

type Rules = { readonly evenBanned?: boolean; readonly takesAccessTokens?: boolean }

/** Mostly somebody's session; sometimes what looks like one. */
export function drawCaller(life: Life, choices: Choices): Caller {
  if (choices.oneIn(8)) return stranger(life, choices)
  const session = life.findSession(choices)
  if (session === undefined) return nobody
  const isCookie = choices.below(2) === 0
  return { ...callerOf(session, isCookie), headers: credential(session.token, isCookie) }
}

export const credential = (token: string, isCookie: boolean): Record<string, string> =>
  isCookie ? { cookie: `__Host-session_id=${token}` } : { authorization: `Bearer ${token}` }

function callerOf(session: Session, isCookie: boolean): Omit<Caller, 'headers'> {
  return {
    session,
    browserUser: isCookie && !session.isEnded ? session.account : undefined,
    refusal: ({ evenBanned = false } = {}) => {
      if (session.isEnded) return 'user:invalid_session'
      return session.account.isBanned && !evenBanned ? 'user:banned' : undefined
    },
  }
}

const nobody: Caller = { headers: {}, session: undefined, browserUser: undefined, refusal: () => 'user:unauthorized' }

function stranger(life: Life, choices: Choices): Caller {
  const withToken = (text: string, code: ErrorCode): Caller => ({
    ...nobody,
    headers: credential(text, choices.below(2) === 0),
    refusal: () => code,
  })
  const kind = choices.among('nobody', 'access token', 'unknown', 'malformed', 'of another kind')
  if (kind === 'nobody') return nobody
  if (kind === 'unknown') return withToken(makeToken('session').text, 'session:not_found')
  if (kind === 'malformed') return withToken('pst_malformed', 'user:invalid_session')
  if (kind === 'of another kind') return withToken(makeToken('device').text, 'user:invalid_session')
  const access = choices.of(life.state.accessTokens)
  if (access === undefined) return nobody
  const { refusal } = callerOf(access.session, false)
  return {
    headers: credential(access.token, false),
    session: undefined,
    browserUser: undefined,
    refusal: (rules = {}) => (rules.takesAccessTokens ? refusal(rules) : 'user:invalid_token'),
  }
}

/** The first refusal that there is, or what comes when there is none. */
export const foresee = (...codes: readonly (ErrorCode | undefined)[]) => ({
  else: (...outcomes: string[]): readonly string[] => {
    const code = codes.find((one) => one !== undefined)
    return code === undefined ? outcomes : [refused(code)]
  },
})
