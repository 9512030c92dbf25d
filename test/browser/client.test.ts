import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { createClient as CreateClient } from '../../src/client/client.ts'
import { expiredHolder } from '../client/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { startFrontEnd } from './front-end.ts'

declare global {
  /** Set by the front end's page. */
  var createClient: typeof CreateClient
}

// What a package of the client is made of, in a browser, against the real server: what Node cannot show, as it knows no sites.

let app: TestApp
let browser: Browser
let stopFrontEnd: () => void
let tab: Page
let port: number

const api = () => app.config.publicUrl
/** A site is `web.localhost` or `evil.localhost`; before it stands whichever of its hosts. */
const frontEndAt = (host: string) => `http://${host}:${port}`
const ofOurSite = 'app.web.localhost'
const ofAnotherSite = 'app.elsewhere.localhost'

beforeAll(async () => {
  port = await freePort()
  const PORT = String(await freePort())
  ;[browser, stopFrontEnd, app] = await Promise.all([
    openChromium(),
    startFrontEnd(port),
    startApp({
      PORT,
      PUBLIC_URL: `http://auth.web.localhost:${PORT}`,
      CORS_ORIGINS: `${frontEndAt(ofOurSite)},${frontEndAt(ofAnotherSite)}`,
      RATE_LIMITS: '1',
    }),
  ])
}, 600_000)
afterAll(async () => {
  await browser.close()
  stopFrontEnd()
  await app.close()
})

beforeEach(async () => {
  tab = await (await browser.newContext()).newPage()
})

async function visit(host: string): Promise<void> {
  await tab.goto(frontEndAt(host))
  await tab.waitForFunction('"createClient" in globalThis')
}

/** What became of the call, as far as it can leave the browser. */
const meOf = (baseUrl = api()) =>
  tab.evaluate(async (url) => {
    const { data, error, response } = await createClient({ baseUrl: url }).GET('/v0/user/me')
    return { email: data?.email, code: error?.code, requestId: response?.headers.get('x-request-id') }
  }, baseUrl)

const post = (path: '/v0/auth/verify-email' | '/v0/app/auth/verify-email', token: string) =>
  tab.evaluate(
    async (call) => {
      const { data, error } = await createClient({ baseUrl: call.url }).POST(call.path, { body: { token: call.token } })
      return { data, code: error?.code }
    },
    { url: api(), path, token },
  )

test('cookies: a page of our site is signed in by them, and its scripts never see one', async () => {
  const { email } = await signUp(app, newPerson())
  await visit(ofOurSite)
  expect(await post('/v0/auth/verify-email', await mailedToken(app, email))).toEqual({ data: undefined })
  expect(await meOf()).toEqual({ email, requestId: expect.stringMatching(/^[\w-]{36}$/) })
  expect(await tab.evaluate('document.cookie')).toBe('')
  const [cookie] = await tab.context().cookies()
  expect(cookie).toMatchObject({ name: '__Host-session_id', httpOnly: true, secure: true, sameSite: 'Lax' })

  await visit('stranger.web.localhost')
  expect(await meOf()).toEqual({ code: 'client:unreachable' })
  await tab.evaluate((url) => createClient({ baseUrl: url }).POST('/v0/auth/logout'), api())
  await visit(ofOurSite)
  expect(await meOf()).toMatchObject({ email })
})

test('cookies: a page of another site gets none, not even if it may ask', async () => {
  const { email } = await signUp(app, newPerson())
  const token = await mailedToken(app, email)
  await visit(ofAnotherSite)
  expect(await post('/v0/auth/verify-email', token)).toEqual({ code: 'FORBIDDEN' })
  await visit('app.evil.localhost')
  expect(await post('/v0/auth/verify-email', token)).toEqual({ code: 'client:unreachable' })
  expect(await tab.context().cookies()).toEqual([])

  await visit(ofOurSite)
  await post('/v0/auth/verify-email', token)
  await visit(ofAnotherSite)
  expect(await meOf()).toMatchObject({ code: 'user:unauthorized' })
})

test('tokens: a page of another site is signed in by them, and sends no cookie', async () => {
  const { email } = await signUp(app, newPerson())
  await visit(ofAnotherSite)
  const options = { url: api(), token: await mailedToken(app, email) }
  const answers = await tab.evaluate(async ({ url, token }) => {
    const client = createClient({ baseUrl: url, mode: 'bearer' })
    await client.POST('/v0/app/auth/verify-email', { body: { token } })
    const before = await client.GET('/v0/user/me')
    await client.POST('/v0/auth/logout')
    return [before.data?.email, (await client.GET('/v0/user/me')).error?.code]
  }, options)
  expect(answers).toEqual([email, 'user:unauthorized'])
  expect(await tab.context().cookies()).toEqual([])
})

test('tokens: one refresh for all calls that wait', async () => {
  const { person, accessToken, refreshToken } = await expiredHolder(app)
  const posted: string[] = []
  tab.on('request', (request) => void (request.method() === 'POST' && posted.push(request.url())))
  await visit(ofAnotherSite)
  const emails = await tab.evaluate(
    async ({ url, tokens }) => {
      const store = { get: () => tokens, set: (next: object) => void Object.assign(tokens, next) }
      const client = createClient({ baseUrl: url, mode: 'bearer', tokens: store })
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.GET('/v0/user/me')))
      return answers.map(({ data }) => data?.email)
    },
    { url: api(), tokens: { accessToken, refreshToken } },
  )
  expect(emails).toEqual(Array(5).fill(person.email))
  expect(posted).toEqual([`${api()}/v0/auth/token/refresh`])
})

test('Retry-After can be read across origins, and is waited for', async () => {
  await visit(ofAnotherSite)
  const [refused, repeated] = await tab.evaluate(async (url) => {
    const body = { email: 'nobody@example.com', password: 'wrong' }
    const login = async (times: number) => {
      const client = createClient({ baseUrl: url, mode: 'bearer', retry: { times } })
      return (await client.POST('/v0/app/auth/login', { body })).error
    }
    let error = await login(0)
    while (error?.code === 'auth:invalid_credentials') error = await login(0)
    return [error, await login(1)]
  }, api())
  expect(refused).toMatchObject({ from: 'server', code: 'rate_limit:exceeded', status: 429, retryAfterSeconds: 1 })
  expect(repeated).toMatchObject({ from: 'server', code: 'auth:invalid_credentials' })
})

test('a code that a newer server may have is an error with a name', async () => {
  await visit(ofOurSite)
  expect(await meOf(frontEndAt(ofOurSite))).toMatchObject({ code: 'client:unknown_code' })
})
