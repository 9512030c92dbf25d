import type { AnyAnswer } from './calls.ts'
import { unlessAborted } from './wait.ts'

/** The tokens that an app holds instead of cookies, taken from response bodies. Every one is a secret. */
export type Tokens = {
  /**
   * `pst_…`: the session's token, from the routes under `/v0/app/auth`. Sent with every call, as it opens all routes.
   */
  readonly sessionToken?: string | undefined
  /**
   * A JWT from `/v0/auth/token`. Sent if there is no session token; opens only `GET /v0/user/me` and `GET
   * /v0/auth/check`.
   */
  readonly accessToken?: string | undefined
  /** `prt_…`: valid for one refresh, which brings the next refresh token. */
  readonly refreshToken?: string | undefined
  /**
   * `pdt_…`: makes this device known, so that signing in needs no mailed link. Sent to `/v0/app/auth/…`; it outlives
   * the session.
   */
  readonly deviceToken?: string | undefined
}

/** Where tokens are kept: a key chain, a file, memory. An error that it throws is thrown by the call. */
export type TokenStore = {
  /** Called before every call. */
  readonly get: () => Tokens | Promise<Tokens>
  /** Replaces all tokens. */
  readonly set: (tokens: Tokens) => void | Promise<void>
}

/** Keeps tokens in memory, for as long as the page or process lives. */
export function memoryTokens(tokens: Tokens = {}): TokenStore {
  return {
    get: () => tokens,
    set: (next) => {
      tokens = next
    },
  }
}

export const refreshPath = '/v0/auth/token/refresh'

type Send = (headers: Readonly<Record<string, string>>) => Promise<AnyAnswer>
type Refresh = (refreshToken: string) => Promise<AnyAnswer>

/**
 * Sends calls with their tokens, and keeps the tokens that answers bring. When the access token has expired, it is
 * refreshed and the call repeated once. All calls that wait share one refresh, as each refresh token is valid once.
 */
export function bearer(store: TokenStore, refresh: Refresh) {
  let inFlight: Promise<string | undefined> | undefined

  /** Gives an access token newer than `stale`. Returns undefined if there is no refresh token or the refresh failed. */
  async function renew(stale: string): Promise<string | undefined> {
    const { accessToken, refreshToken } = await store.get()
    // Another call, or another tab, has refreshed already.
    if (accessToken !== stale) return accessToken
    if (!refreshToken) return undefined
    const { data, error } = await refresh(refreshToken)
    const now = await store.get()
    // The app has signed in or out meanwhile, or another tab was faster: the stored tokens win over this answer.
    if (now.refreshToken !== refreshToken) return now.accessToken
    if (!error) return keep(refreshPath, data)
    if (error.from === 'server' && error.status === 401) {
      await store.set({ ...now, accessToken: undefined, refreshToken: undefined })
    }
    return undefined
  }

  /** Stores the tokens of the answer. Returns undefined if it has no access token. */
  async function keep(path: string, data: unknown): Promise<string | undefined> {
    const { token, device_token, access_token, refresh_token } = Object(data) as Record<string, string | undefined>
    const { deviceToken, ...tokens } = await store.get()
    if (path.startsWith('/v0/app/auth/') && token) {
      await store.set({ sessionToken: token, deviceToken: device_token ?? deviceToken })
    }
    if (access_token) {
      await store.set({ ...tokens, deviceToken, accessToken: access_token, refreshToken: refresh_token })
    }
    if (path === '/v0/auth/logout') await store.set({ deviceToken })
    return access_token
  }

  return async (path: string, signal: AbortSignal | undefined, send: Send): Promise<AnyAnswer> => {
    const { sessionToken, accessToken, deviceToken } = await store.get()
    const headersWith = (token: string | undefined) => ({
      ...(token && { authorization: `Bearer ${token}` }),
      ...(deviceToken && path.startsWith('/v0/app/auth/') && { 'x-device-token': deviceToken }),
    })
    let answer = await send(headersWith(sessionToken ?? accessToken))
    const isExpired = answer.error?.code === 'user:token_expired' && path !== refreshPath
    if (isExpired && !sessionToken && accessToken) {
      inFlight ??= renew(accessToken).finally(() => {
        inFlight = undefined
      })
      const renewed = await unlessAborted(signal, inFlight)
      // With an aborted signal this only gives the error `client:aborted`.
      if (renewed || signal?.aborted) answer = await send(headersWith(renewed))
    }
    if (!answer.error) await keep(path, answer.data)
    return answer
  }
}
