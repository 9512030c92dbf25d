import type { AnyAnswer } from './calls.ts'
import { unlessAborted } from './wait.ts'

/** What an app holds instead of cookies; every one is a secret. The server gives them in bodies. */
export type Tokens = {
  /** `pst_…`: the session, from the routes under `/v0/app/auth`. Sent with every call, as it opens all of them. */
  readonly sessionToken?: string | undefined
  /**
   * A JWT, from `/v0/auth/token`. Sent where there is no session token; opens `GET /v0/user/me` and `GET
   * /v0/auth/check` only.
   */
  readonly accessToken?: string | undefined
  /** `prt_…`: each is good for one refresh, which brings the next. */
  readonly refreshToken?: string | undefined
  /**
   * `pdt_…`: makes this device known, so that signing in needs no mailed link. Sent to `/v0/app/auth/…`, outlives the
   * session.
   */
  readonly deviceToken?: string | undefined
}

/** Where tokens are kept: a key chain, a file, memory. What it throws, the call throws. */
export type TokenStore = {
  /** Asked before every call. */
  readonly get: () => Tokens | Promise<Tokens>
  /** Replaces all of them. */
  readonly set: (tokens: Tokens) => void | Promise<void>
}

/** Keeps tokens as long as the page or process lives. */
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
 * Sends a call with the tokens that it needs, and keeps those that its answer brings. An expired access token is
 * refreshed and the call repeated once: one refresh is in flight for all calls that wait for it, as each refresh token
 * is good once.
 */
export function bearer(store: TokenStore, refresh: Refresh) {
  let inFlight: Promise<string | undefined> | undefined

  /** The access token after `stale`, or nothing where the server refused to give one. */
  async function renew(stale: string): Promise<string | undefined> {
    const { accessToken, refreshToken } = await store.get()
    // An answer that comes late finds that another call, or another tab, has refreshed.
    if (accessToken !== stale) return accessToken
    if (!refreshToken) return undefined
    const { data, error } = await refresh(refreshToken)
    const now = await store.get()
    // Signed out or in meanwhile, or another tab was faster: what is there now goes before the answer.
    if (now.refreshToken !== refreshToken) return now.accessToken
    if (!error) return keep(refreshPath, data)
    if (error.from === 'server' && error.status === 401) {
      await store.set({ ...now, accessToken: undefined, refreshToken: undefined })
    }
    return undefined
  }

  /** Gives the access token of the answer, where it has one. */
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
      // Sent with a signal that has aborted it only becomes that error.
      if (renewed || signal?.aborted) answer = await send(headersWith(renewed))
    }
    if (!answer.error) await keep(path, answer.data)
    return answer
  }
}
