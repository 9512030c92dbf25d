import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { signAccessToken } from '../../src/credentials/access-token.ts'
import { holder, partsOf } from '../access-tokens/support.ts'
import { startApp, type TestApp } from '../support/app.ts'

type Listening = TestApp & {
  /** Every request that reached the server, as `POST /v0/auth/login`, oldest first. */
  readonly requests: string[]
}

/** The real app, and what reached it. */
export async function startListening(env: Readonly<Record<string, string>> = {}): Promise<Listening> {
  const app = await startApp(env)
  const requests: string[] = []
  app.app.server.on('request', ({ method, url }) => void requests.push(`${method} ${url}`))
  return { ...app, requests }
}

/** A server that is not Postern, or not this version of it. */
export async function startOther(answer: RequestListener): Promise<{ baseUrl: string; close: () => Promise<void> }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A `fetch` that keeps cookies as a browser does where a request includes credentials; Node's keeps none. */
export function fetchWithCookies(): (request: Request) => Promise<Response> {
  const jar = new Map<string, string>()
  return async (request) => {
    if (request.credentials !== 'include') return fetch(request)
    if (jar.size > 0) request.headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(request)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/; Max-Age=0(?:;|$)/.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
}

/** A service that was given tokens five minutes ago. */
export async function expiredHolder(app: TestApp) {
  const one = await holder(app)
  const { claims } = partsOf(one.accessToken)
  const accessToken = signAccessToken(app.config, app.deps.signingKeys.getCurrent(), {
    userId: String(claims.sub),
    sessionId: String(claims.sid),
    roles: [],
    issuedAtSeconds: Date.now() / 1000 - 301,
  })
  return { ...one, accessToken }
}

/** What Node does sooner or later by itself. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    // Finalizers have turns of their own.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
