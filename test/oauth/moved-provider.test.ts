import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countAccounts } from '../../src/oauth/count-accounts.ts'
import { adminWithCode, said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { makeKey, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { mailsTo } from '../support/people.ts'
import { newcomer } from '../support/provider.ts'
import { answerPlainly, beginAt, comeFrom, comeSigned, registerProvider } from '../support/registered-provider.ts'
import { runAdmin } from '../support/server-process.ts'

const [home, elsewhere] = [await startOtherServer(), await startOtherServer()]
const key = await makeKey('of-both')
let app: TestApp
let admin: Awaited<ReturnType<typeof adminWithCode>>
beforeAll(async () => {
  app = await startApp()
  admin = await adminWithCode(app)
})
afterAll(async () => {
  await app.close()
  home.stop()
  elsewhere.stop()
})

const secret = 'of-the-new-place'
const change = (slug: string, body: object, client = admin.client) =>
  client.send('PATCH', `/v0/admin/oauth/providers/${slug}`, { body })

type Server = typeof home
type Who = ReturnType<typeof newcomer>

/** How a provider of that kind is registered, moved to another server, and what that server then says of somebody. */
const kinds = {
  plain: {
    register: () => registerProvider(admin.client, home, { plain: true }),
    at: ({ url }: Server): object => ({
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      userinfo_endpoint: `${url}/userinfo`,
    }),
    come: (slug: string, server: Server, who: Who, client = app.client()): Promise<Answer> => {
      answerPlainly(server, { ...who, email_verified: true })
      return comeFrom(client, slug)
    },
  },
  oidc: {
    register: () => {
      for (const server of [home, elsewhere]) shapeIssuer(server, [key.jwk])
      return registerProvider(admin.client, home)
    },
    at: ({ url }: Server): object => ({ issuer: url }),
    come: (slug: string, server: Server, who: Who, client = app.client()): Promise<Answer> =>
      comeSigned(client, slug, { server, key }, { idToken: { ...who, email_verified: true }, userInfo: who }),
  },
} as const

type Kind = (typeof kinds)[keyof typeof kinds]

let count = 0
const newHandle = () => `moved_${++count}`

/** Somebody whose account the provider opens, with another way in. */
async function connected({ come }: Kind, slug: string) {
  const who = newcomer()
  const client = app.client()
  const pending = await come(slug, home, who, client)
  const wish = { pending_token: pending.body.pending_token, handle: newHandle(), display_name: 'H' }
  expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
  return { who, client }
}

const move = async (slug: string, body: object) =>
  expect((await change(slug, { ...body, client_secret: secret })).status).toBe(200)

/** Into an account that is there; whoever is new would be asked for a handle. */
const isLetIn = ({ status }: Answer) => status === 202 || status === 204
const unknown = [409, 'oauth:email_already_exists']

describe.each(Object.entries(kinds))('a provider that is changed to ask elsewhere, %s [AT11]', (_name, kind) => {
  const { register, at, come } = kind

  test('opens no account that it opened before; back at its old place it does', async () => {
    const slug = await register()
    const { who } = await connected(kind, slug)
    await move(slug, at(elsewhere))
    expect(said(await come(slug, elsewhere, who))).toEqual(unknown)
    const counted = (await countAccounts(app.deps.db, app.config)).filter((one) => one.slug === slug)
    expect(counted.map(({ works, accounts, withoutOtherWay }) => [works, accounts, withoutOtherWay])).toEqual([
      [false, 1, 1],
    ])
    await move(slug, { ...at(home), client_id: 'another' })
    expect(said(await come(slug, home, who))).toEqual(unknown)
    await move(slug, { client_id: 'postern' })
    expect(isLetIn(await come(slug, home, who))).toBe(true)
  })

  test('the operator confirms that it is the same: it opens all again, but what was taken since', async () => {
    const slug = await register()
    const [{ who }, { who: late }] = [await connected(kind, slug), await connected(kind, slug)]
    await move(slug, at(elsewhere))
    const taken = { ...newcomer(), sub: late.sub }
    const client = app.client()
    const pending = await come(slug, elsewhere, taken, client)
    const wish = { pending_token: pending.body.pending_token, handle: newHandle(), display_name: 'T' }
    expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
    const confirm = () => runAdmin(app, ['providers', 'confirm-move', slug])
    expect(await confirm()).toMatchObject({ code: 0, out: expect.stringContaining(`1 connections of ${slug}`) })
    expect(isLetIn(await come(slug, elsewhere, who))).toBe(true)
    expect(isLetIn(await come(slug, elsewhere, taken))).toBe(true)
    expect((await confirm()).out).toContain('has not moved, or its move was confirmed already')
    const texts = (await mailsTo(app, admin.person.email)).map(({ text }) => text).join()
    expect(texts).toContain(`that the provider ${slug} is the same at its new place. Accounts that it opens again: 1.`)
  })

  test('what was under way at its old place ends', async () => {
    const slug = await register()
    const client = app.client()
    const pending = await come(slug, home, newcomer(), client)
    const state = (await beginAt(client, slug)).get('state')
    await move(slug, at(elsewhere))
    const wish = { pending_token: pending.body.pending_token, handle: 'under_way_too', display_name: 'U' }
    expect((await client.post('/v0/auth/complete-signup', wish)).code).toBe('user:invalid_token')
    const arrival = { code: 'code', state }
    expect((await client.post(`/v0/auth/oauth/${slug}/login`, arrival)).code).toBe('oauth:invalid_state')
  })
})

test('whoever links it anew signs in through it again, and no longer at its old place [AT11]', async () => {
  const { register, at, come } = kinds.plain
  const slug = await register()
  const { who, client } = await connected(kinds.plain, slug)
  await move(slug, at(elsewhere))
  answerPlainly(elsewhere, { ...who, email_verified: true })
  const state = (await beginAt(client, slug, '?flow=link')).get('state')
  expect((await client.post(`/v0/auth/oauth/${slug}/link`, { code: 'code', state })).status).toBe(204)
  expect(isLetIn(await come(slug, elsewhere, who))).toBe(true)
  await move(slug, at(home))
  expect(said(await come(slug, home, who))).toEqual(unknown)
})

describe('user:second_factor_required: a session that shows one factor changes nobody whom a provider asks [AT11]', () => {
  const wishes = Object.entries({
    issuer: elsewhere.url,
    authorization_endpoint: `${elsewhere.url}/authorize`,
    token_endpoint: `${elsewhere.url}/token`,
    userinfo_endpoint: `${elsewhere.url}/userinfo`,
    client_id: 'another',
    email_verification: 'trusted',
    nonce: 'if_present',
  })

  let one: TestClient
  beforeAll(async () => {
    ;({ client: one } = await somebody(app, 'admin'))
  })

  test.each(wishes)('%s, with its secret or without; nobody is asked, and nothing changes', async (name, value) => {
    const slug = await kinds.plain.register()
    const before = (await change(slug, {}, one)).body
    const asked = elsewhere.asked.length
    for (const more of [{}, { client_secret: secret }]) {
      const answer = await change(slug, { [name]: value, ...more }, one)
      expect(said(answer)).toEqual([403, 'user:second_factor_required'])
    }
    expect([elsewhere.asked.length, (await change(slug, {}, one)).body]).toEqual([asked, before])
  })

  test('an issuer that names other endpoints by now; who signs in through it stays known', async () => {
    const slug = await kinds.oidc.register()
    const { who } = await connected(kinds.oidc, slug)
    const path = '/.well-known/openid-configuration'
    home.replies.set(path, { body: { ...shapeIssuer(home, [key.jwk]), jwks_uri: `${home.url}/other-keys` } })
    home.replies.set('/other-keys', { body: { keys: [key.jwk] } })
    const again = { issuer: home.url, client_secret: secret }
    expect(said(await change(slug, again, one))).toEqual([403, 'user:second_factor_required'])
    await move(slug, again)
    expect(isLetIn(await kinds.oidc.come(slug, home, who))).toBe(true)
  })

  test('what it asks nobody by it may: name, scopes, hosts of pictures, the secret alone', async () => {
    const slug = await kinds.plain.register()
    const wish = { name: 'New', scopes: ['a'], image_hosts: [], client_secret: secret, ...kinds.plain.at(home) }
    expect((await change(slug, wish, one)).status).toBe(200)
  })
})

test('all administrators are told whom it asked and whom it asks, and the log says the same, without a secret [AT11]', async () => {
  const { person } = await somebody(app, 'admin')
  const slug = await kinds.plain.register()
  await connected(kinds.plain, slug)
  await move(slug, { token_endpoint: `${elsewhere.url}/token` })
  await move(slug, { token_endpoint: `${home.url}/token` })
  const mails = (await mailsTo(app, person.email, 4)).filter(({ subject }) =>
    /sign-in provider was changed/.test(subject),
  )
  const host = (server: Server) => server.url.replace('http://', 'http ')
  const [away, back] = [elsewhere, home].map((now) =>
    mails.find(({ text }) => text.includes(`and is ${host(now)}/token.`)),
  )
  expect(away?.text).toContain(`The administrator ${admin.person.handle} changed an address of the provider ${slug}`)
  expect(away?.text).toContain(`token_endpoint was ${host(home)}/token and is ${host(elsewhere)}/token.`)
  expect(away?.text).toContain('Accounts that it opened: 1.')
  expect(back?.text).toContain('It is back at its former address')
  const [row] = await app.sql<{ metadata: Record<string, string> }>(
    "select metadata from moderation_logs where action = 'provider:change' order by created_at desc offset 1 limit 1",
  )
  expect(row?.metadata).toMatchObject({
    before: JSON.stringify({ token_endpoint: `${home.url}/token` }),
    after: JSON.stringify({ token_endpoint: `${elsewhere.url}/token` }),
  })
  expect(JSON.stringify([row, away, back])).not.toContain(secret)
})

test('what of it is believed takes two factors and is told, without the secret; whom it knows it knows [AT11]', async () => {
  const { person } = await somebody(app, 'admin')
  const slug = await kinds.plain.register()
  const { who } = await connected(kinds.plain, slug)
  expect((await change(slug, { email_verification: 'trusted', nonce: 'if_present' })).status).toBe(200)
  const told = (await mailsTo(app, person.email, 3)).filter(({ subject }) =>
    /sign-in provider was changed/.test(subject),
  )
  expect(told).toHaveLength(1)
  for (const change of ['email_verification was claim and is trusted.', 'nonce was required and is if_present.'])
    expect(told[0]?.text).toContain(change)
  expect(isLetIn(await kinds.plain.come(slug, home, who))).toBe(true)
})

test('npm run admin -- providers confirm-move: a provider that there is not, one that did not move [AT11]', async () => {
  const confirm = (slug: string) => runAdmin(app, ['providers', 'confirm-move', slug])
  expect(await confirm('nobody')).toMatchObject({ code: 1, err: expect.stringContaining('No provider nobody') })
  expect((await confirm(await kinds.plain.register())).out).toContain('has not moved')
})
