import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { arrive, historyOf, signedUpThrough, startProviders } from '../support/provider.ts'

const { provider, github, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  // Where a mailbox is a way in, no other is the last.
  app = await startApp({ ...env, EMAIL_SIGN_IN: 'off' })
})
afterAll(async () => {
  await app.close()
  await stop()
})

let subjects = 0
/** Comes back from the provider as this subject. */
async function link(client: TestClient, sub = `linked-${++subjects}`) {
  provider.reset({ sub, email: `${sub}@example.com`, email_verified: true })
  return client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
}
async function linkGithub(client: TestClient) {
  github.reset({ id: ++subjects, login: 'octo' })
  return client.post('/v0/auth/oauth/github/link', await arrive(client, 'github', '?flow=link'))
}
const unlink = (client: TestClient, slug: string) =>
  client.post('/v0/auth/oauth/connections/unlink', { provider: slug })
const connections = async (client: TestClient) =>
  ((await client.get('/v0/auth/oauth/connections')).body.connections as { provider: string }[]).map(
    (one) => one.provider,
  )

describe('POST /v0/auth/oauth/connections/unlink', () => {
  test('that provider opens the account no more; a notice and an event', async () => {
    const { person, client } = await signedUp(app)
    await link(client)
    expect((await unlink(client, 'google')).status).toBe(204)
    expect(await connections(client)).toEqual([])
    expect((await historyOf(client)).slice(0, 2)).toEqual(['oauth_unlinked', 'oauth_linked'])
    await expect
      .poll(async () => (await mailsTo(app, person.email, 3)).map(({ subject }) => subject))
      .toContain('A way to sign in was removed')
    const browser = app.client()
    const login = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect(login.body).toHaveProperty('pending_token')
  })

  test('what was unlinked can be linked again, to another account as well', async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    await link(client, 'moves')
    expect((await unlink(client, 'google')).status).toBe(204)
    expect((await link(other, 'moves')).status).toBe(204)
  })

  test("oauth:connection_not_found, also of another's", async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    await link(other)
    for (const slug of ['google', 'github', 'nobody']) {
      const answer = await unlink(client, slug)
      expect([answer.status, answer.code]).toEqual([404, 'oauth:connection_not_found'])
    }
    expect(await connections(other)).toEqual(['google'])
  })

  test('oauth:cannot_unlink_last_connection without a password; with one it goes', async () => {
    const { client } = await signedUpThrough(app, provider)
    const answer = await unlink(client, 'google')
    expect([answer.status, answer.code]).toEqual([400, 'oauth:cannot_unlink_last_connection'])
    expect(await connections(client)).toEqual(['google'])
    expect(await historyOf(client)).not.toContain('oauth_unlinked')
    await client.post('/v0/auth/set-initial-password', { new_password: 'correct horse battery' })
    expect((await unlink(client, 'google')).status).toBe(204)
  })

  test('of two that are unlinked at once without a password one stays, every time [TK7]', async () => {
    const { client } = await signedUpThrough(app, provider)
    for (let round = 0; round < turns(5, 20); round++) {
      const [left] = await connections(client)
      expect((left === 'google' ? await linkGithub(client) : await link(client)).status).toBe(204)
      const answers = await Promise.all([unlink(client, 'google'), unlink(client, 'github')])
      expect(answers.map(({ code }) => code).sort()).toEqual(['oauth:cannot_unlink_last_connection', undefined])
      expect(await connections(client)).toHaveLength(1)
    }
  })

  test('general:bad_request', async () => {
    const { client } = await signedUp(app)
    for (const body of [{}, { provider: '' }, { provider: 1 }])
      expect((await client.post('/v0/auth/oauth/connections/unlink', body)).code).toBe('general:bad_request')
  })
})
