import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { arrive, startProviders } from '../support/provider.ts'

const { provider, github, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

const url = '/v0/auth/oauth/connections'

test(`GET ${url}: the own ones, the oldest first, with the address that the provider vouched for`, async () => {
  const { client } = await signedUp(app)
  const { client: other } = await signedUp(app)
  const none = await client.get(url)
  expect([none.status, none.body, none.headers['cache-control']]).toEqual([200, { connections: [] }, 'no-store'])

  github.reset({ id: 1, login: 'octo' })
  await client.post('/v0/auth/oauth/github/link', await arrive(client, 'github', '?flow=link'))
  provider.reset({ sub: 'one', email: 'One@example.com', email_verified: true })
  await client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect((await client.get(url)).body).toEqual({
    connections: [
      { provider: 'github', created_at: time },
      { provider: 'google', email: 'One@example.com', created_at: time },
    ],
  })
  expect((await other.get(url)).body).toEqual({ connections: [] })
})

test('no address that the account, or a later sign-in, has takes the place of the linked one', async () => {
  const { client } = await signedUp(app)
  provider.reset({ sub: 'two', email: 'two@example.com', email_verified: true })
  await client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
  provider.reset({ sub: 'two', email: 'other@example.com', email_verified: true })
  const browser = app.client()
  expect((await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))).status).toBe(204)
  expect((await client.get(url)).body).toMatchObject({ connections: [{ email: 'two@example.com' }] })
})
