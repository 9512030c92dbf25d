import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, memoryTokens, type Tokens } from '../../src/client/client.ts'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { expiredHolder, startListening } from './support.ts'

const refreshRequest = 'POST /v0/auth/token/refresh'

let app: Awaited<ReturnType<typeof startListening>>
beforeAll(async () => {
  app = await startListening()
})
afterAll(() => app.close())

const clientWith = (tokens: Tokens, options: { readonly fetch?: (request: Request) => Promise<Response> } = {}) => {
  const store = memoryTokens(tokens)
  return { store, client: createClient({ baseUrl: app.origin, mode: 'bearer', tokens: store, ...options }) }
}

test('an app signs in, is known, and signs out; no cookie is sent', async () => {
  const person = await signUp(app, newPerson())
  const sent: Request[] = []
  const fetchSeen = (request: Request) => {
    sent.push(request)
    return fetch(request)
  }
  const { store, client } = clientWith({}, { fetch: fetchSeen })
  await client.POST('/v0/app/auth/verify-email', { body: { token: await mailedToken(app, person.email) } })
  const { deviceToken: first, ...session } = await store.get()
  expect([first, session]).toEqual([expect.stringMatching(/^pdt_/), { sessionToken: expect.stringMatching(/^pst_/) }])
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)

  // Its storage is lost: to the account it is new.
  await store.set({})
  const body = { email: person.email, password: person.password }
  expect((await client.POST('/v0/app/auth/login', { body })).data).toEqual({ status: 'device_verification_required' })
  await client.POST('/v0/app/auth/device/verify', { body: { token: await mailedToken(app, person.email, 2) } })
  const { deviceToken } = await store.get()
  expect(deviceToken).toMatch(/^pdt_/)

  expect((await client.POST('/v0/auth/logout')).error).toBeUndefined()
  expect(await store.get()).toEqual({ deviceToken })
  expect((await client.GET('/v0/user/me')).error?.code).toBe('user:unauthorized')
  expect((await client.POST('/v0/app/auth/login', { body })).data).toEqual({ token: expect.stringMatching(/^pst_/) })

  await client.POST('/v0/auth/token')
  expect(await store.get()).toEqual({
    deviceToken,
    sessionToken: expect.stringMatching(/^pst_/),
    accessToken: expect.stringContaining('.'),
    refreshToken: expect.stringMatching(/^prt_/),
  })
  expect(new Set(sent.map(({ credentials }) => credentials))).toEqual(new Set(['omit']))
})

test('tokens are in memory unless a store is given', async () => {
  const person = await signUp(app, newPerson())
  const client = createClient({ baseUrl: app.origin, mode: 'bearer' })
  await client.POST('/v0/app/auth/verify-email', { body: { token: await mailedToken(app, person.email) } })
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)
})

test('an expired access token is refreshed once for all calls that wait, and each is repeated once', async () => {
  const { person, accessToken, refreshToken } = await expiredHolder(app)
  const { store, client } = clientWith({ accessToken, refreshToken })
  app.requests.length = 0
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.GET('/v0/user/me')))
  expect(answers.map(({ data }) => data?.email)).toEqual(Array(20).fill(person.email))
  expect(app.requests.filter((one) => one === refreshRequest)).toHaveLength(1)
  expect(app.requests.filter((one) => one === 'GET /v0/user/me')).toHaveLength(40)

  const tokens = await store.get()
  expect(tokens.refreshToken).not.toBe(refreshToken)
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)
  expect(app.requests).toHaveLength(42)
})

test('an answer that comes after the refresh of another call needs none of its own', async () => {
  const { person, accessToken, refreshToken } = await expiredHolder(app)
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let calls = 0
  const { client } = clientWith(
    { accessToken, refreshToken },
    {
      fetch: async (request) => {
        const response = await fetch(request)
        if (++calls === 1) await held
        return response
      },
    },
  )
  app.requests.length = 0
  const late = client.GET('/v0/user/me')
  await expect.poll(() => app.requests.length).toBe(1)
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)
  release()
  expect((await late).data?.email).toBe(person.email)
  expect(app.requests.filter((one) => one === refreshRequest)).toHaveLength(1)
})

test('a refused refresh gives the original error, and dead tokens are let go', async () => {
  const { accessToken, refreshToken, client: session } = await expiredHolder(app)
  await session.post('/v0/auth/token/revoke', { refresh_token: refreshToken })
  const { store, client } = clientWith({ accessToken, refreshToken, deviceToken: 'pdt_' })
  app.requests.length = 0
  const answers = await Promise.all([client.GET('/v0/user/me'), client.GET('/v0/user/me')])
  expect(answers.map(({ error }) => error)).toMatchObject([
    { from: 'server', code: 'user:token_expired', status: 401 },
    { from: 'server', code: 'user:token_expired', status: 401 },
  ])
  expect(app.requests.filter((one) => one === refreshRequest)).toHaveLength(1)
  expect(await store.get()).toEqual({ deviceToken: 'pdt_' })
})

test('a refresh without an answer gives the original error and keeps the tokens', async () => {
  const { person, accessToken, refreshToken } = await expiredHolder(app)
  let isDown = true
  const { store, client } = clientWith(
    { accessToken, refreshToken },
    {
      fetch: (request) =>
        isDown && request.url.endsWith('/refresh') ? Promise.reject(new TypeError('no network')) : fetch(request),
    },
  )
  expect((await client.GET('/v0/user/me')).error?.code).toBe('user:token_expired')
  expect(await store.get()).toEqual({ accessToken, refreshToken })
  isDown = false
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)
})

test('whoever aborts does not wait for the refresh; it goes on for the others', async () => {
  const { person, accessToken, refreshToken } = await expiredHolder(app)
  const stop = new AbortController()
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let answered = 0
  const { client } = clientWith(
    { accessToken, refreshToken },
    {
      fetch: async (request) => {
        if (request.url.endsWith('/refresh')) await held
        const response = await fetch(request)
        const text = await response.text()
        // The client reads what is here already in one turn of the loop; after it, both calls wait for the refresh.
        if (++answered === 2) setImmediate(() => stop.abort())
        return new Response(text, response)
      },
    },
  )
  const patient = client.GET('/v0/user/me')
  expect((await client.GET('/v0/user/me', { signal: stop.signal })).error?.code).toBe('client:aborted')
  release()
  expect((await patient).data?.email).toBe(person.email)
})

test('tokens that were let go during a refresh do not come back', async () => {
  const { accessToken, refreshToken } = await expiredHolder(app)
  const { store, client } = clientWith(
    { accessToken, refreshToken },
    {
      fetch: async (request) => {
        const response = await fetch(request)
        if (request.url.endsWith('/refresh')) await store.set({})
        return response
      },
    },
  )
  expect((await client.GET('/v0/user/me')).error?.code).toBe('user:token_expired')
  expect(await store.get()).toEqual({})
})

test('a session token needs no refresh, and what has ended stays an error', async () => {
  const { browser, accessToken, refreshToken, person } = await expiredHolder(app)
  const sessionToken = browser.cookies.get('__Host-session_id')
  const { client } = clientWith({ sessionToken, accessToken, refreshToken })
  app.requests.length = 0
  expect((await client.GET('/v0/user/me')).data?.email).toBe(person.email)
  expect((await client.GET('/v0/auth/sessions')).data?.sessions).toHaveLength(1)
  await browser.post('/v0/auth/logout')
  expect((await client.GET('/v0/user/me')).error?.code).toBe('user:invalid_session')
  expect(app.requests).not.toContain(refreshRequest)
})

test('an expired refresh token that the caller posts is the answer, and refreshes nothing', async () => {
  const { accessToken, refreshToken } = await expiredHolder(app)
  await app.sql('update refresh_tokens set expires_at = now()')
  const { client } = clientWith({ accessToken, refreshToken })
  app.requests.length = 0
  const { error } = await client.POST('/v0/auth/token/refresh', { body: { refresh_token: refreshToken } })
  expect(error?.code).toBe('user:token_expired')
  expect(app.requests).toEqual([refreshRequest])
})
