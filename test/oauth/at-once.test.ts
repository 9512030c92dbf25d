import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { newcomer, startProviders } from '../support/provider.ts'

const { provider, github, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

const google = '/v0/auth/oauth/google/authorize'
const begin = async (client: TestClient, url = google) => new URL(String((await client.get(url)).body.auth_url))
const askNonce = async (client: TestClient) => (await client.get('/v0/auth/oauth/google/one-tap/nonce')).body.nonce

/** What the provider would send the browser back with. */
async function post(client: TestClient, auth: URL) {
  const back = await fetch(auth, { redirect: 'manual' })
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code')
  return client.post('/v0/auth/oauth/google/login', { code, state: auth.searchParams.get('state') })
}

/** Each asks before any has the other's answer, as tabs of one browser do that opens them at once. */
async function atOnce<const Begun extends readonly ((tab: TestClient) => Promise<unknown>)[]>(...begun: Begun) {
  const browser = app.client()
  const tabs = begun.map(() => app.client())
  const answers: unknown[] = []
  for (const [index, tab] of tabs.entries()) answers.push(await begun[index]?.(tab))
  for (const tab of tabs) for (const [name, value] of tab.cookies) browser.cookies.set(name, value)
  return { browser, answers: answers as { [Index in keyof Begun]: Awaited<ReturnType<Begun[Index]>> } }
}

describe('a first visit that begins several ways at once', () => {
  test('two tabs at the same provider: both arrive, in either order [FD6]', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { browser, answers } = await atOnce(begin, begin)
      for (const index of order) {
        provider.reset(newcomer())
        expect((await post(browser, answers[index])).status).toBe(200)
      }
    }
  })

  test('a page that asks for each provider, with the nonce of One Tap beside: all arrive [FD6]', async () => {
    const toGithub = (tab: TestClient) => begin(tab, '/v0/auth/oauth/github/authorize')
    const { browser, answers } = await atOnce(begin, askNonce, toGithub, begin, askNonce)
    const [first, nonce, atGithub, second, other] = answers
    for (const auth of [first, second]) {
      provider.reset(newcomer())
      expect((await post(browser, auth)).status).toBe(200)
    }
    for (const one of [nonce, other]) {
      const credential = await provider.idToken({ ...newcomer(), nonce: one })
      expect((await browser.post('/v0/auth/oauth/google/one-tap/login', { credential })).status).toBe(200)
    }
    const { email } = newcomer()
    github.reset({ id: 1 }, [{ email, primary: true, verified: true }])
    const state = atGithub.searchParams.get('state')
    expect((await browser.post('/v0/auth/oauth/github/login', { code: 'code', state })).status).toBe(200)
  })

  test('also where the browser had a name that this server no longer knows [FD6]', async () => {
    const withOld = (tab: TestClient) => {
      tab.cookies.set('__Host-anonymous_user_id', `7.${'A'.repeat(43)}.${'A'.repeat(43)}`)
      return begin(tab)
    }
    const { browser, answers } = await atOnce(withOld, withOld)
    for (const auth of answers) {
      provider.reset(newcomer())
      expect((await post(browser, auth)).status).toBe(200)
    }
  })

  test('the sign-up of the earlier one ends in that browser, and in no other [FD6]', async () => {
    const who = newcomer()
    const { browser, answers } = await atOnce(begin, begin)
    provider.reset(who)
    const { pending_token } = (await post(browser, answers[0])).body
    const wish = { pending_token, handle: 'at_once_1', display_name: 'A' }
    const stranger = app.client()
    await begin(stranger)
    expect((await stranger.post('/v0/auth/complete-signup', wish)).code).toBe('user:invalid_token')
    expect((await browser.post('/v0/auth/complete-signup', wish)).status).toBe(204)
  })

  test('oauth:invalid_state in another browser that began at the same moment [FD6]', async () => {
    const [one, other] = [app.client(), app.client()]
    const [auth] = await Promise.all([begin(one), begin(other)])
    provider.reset(newcomer())
    expect((await post(other, auth)).code).toBe('oauth:invalid_state')
    // Its own name for a state is good for that state alone.
    for (const [name] of one.cookies) other.cookies.set(name, [...other.cookies.values()][0] ?? '')
    expect((await post(other, auth)).code).toBe('oauth:invalid_state')
  })
})
