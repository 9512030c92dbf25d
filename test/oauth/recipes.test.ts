import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson } from '../support/people.ts'
import { beginAt, startBesideOtherServer } from '../support/registered-provider.ts'

/** How a provider answers, as its documentation says; `$email` stands for somebody's address. */
type Fixture = {
  readonly discovery?: Readonly<Record<string, unknown>>
  readonly token: object
  readonly id_token?: Readonly<Record<string, unknown>>
  readonly userinfo?: object
  readonly sendsNonce?: boolean
  readonly sent: string
  readonly ends: 'account' | 'mail'
}

const page = readFileSync(join(import.meta.dirname, '../../docs/providers.md'), 'utf8')
const recipes = [...page.matchAll(/^### (.+)\n[\s\S]*?^```json\n([\s\S]*?)^```$/gm)].map(
  ([, name = '', body = '']) => [name, body] as const,
)
const { server, key, app, admin, stop } = await startBesideOtherServer()
afterAll(stop)

/** Every host of the provider's is a folder of the stand-in. */
const here = (text: string) => text.replace(/https:\/\/([^/"]+)/g, `${server.url}/$1`)
const pathOf = (url: unknown) => String(url).slice(server.url.length)

let handles = 0

test('there is a recipe for each', () => {
  expect(recipes.map(([name]) => name)).toEqual([
    ...['Apple', 'Microsoft Entra', 'GitLab', 'Discord', 'LinkedIn', 'Keycloak', 'authentik', 'Cognito'],
  ])
})

test.each(recipes)('the recipe for %s: somebody signs up, and in again [FD11]', async (_name, text) => {
  const wish = JSON.parse(here(text)) as Record<string, string>
  const file = join(import.meta.dirname, 'recipes', `${wish.slug}.json`)
  const { email } = newPerson()
  const fixture = JSON.parse(here(readFileSync(file, 'utf8')).replaceAll('$email', email)) as Fixture
  const { discovery, id_token: claims, userinfo } = fixture
  if (discovery) {
    const at = `${String(discovery.issuer).replace(/\/$/, '')}/.well-known/openid-configuration`
    server.replies.set(pathOf(at), { body: discovery })
    server.replies.set(pathOf(discovery.jwks_uri), { body: { keys: [key.jwk] } })
  }
  const registered = await admin.post('/v0/admin/oauth/providers', { ...wish, client_secret: 'of-the-recipe' })
  expect([registered.status, registered.body.token_endpoint_auth_method]).toEqual([201, fixture.sent])
  if (userinfo) server.replies.set(pathOf(registered.body.userinfo_endpoint), { body: userinfo })

  const come = async (client: TestClient) => {
    const asked = await beginAt(client, wish.slug ?? '')
    const seconds = Math.floor(Date.now() / 1000)
    const usual = { iss: String(discovery?.issuer), aud: wish.client_id ?? '', iat: seconds, exp: seconds + 300 }
    const nonce = fixture.sendsNonce === false ? {} : { nonce: asked.get('nonce') }
    const idToken = claims && (await key.sign({ ...usual, ...nonce, ...claims }))
    const body = { ...fixture.token, ...(idToken && { id_token: idToken }) }
    server.replies.set(pathOf(registered.body.token_endpoint), { body })
    return client.post(`/v0/auth/oauth/${wish.slug}/login`, { code: 'code', state: asked.get('state') })
  }
  const client = app.client()
  const arrived = await come(client)
  expect([arrived.status, arrived.body.email]).toEqual([200, email])
  const handle = `recipe_${++handles}`
  const pending = { pending_token: arrived.body.pending_token, handle, display_name: 'R' }
  const completed = await client.post('/v0/auth/complete-signup', pending)
  expect(completed.status).toBe(fixture.ends === 'mail' ? 202 : 204)
  if (fixture.ends === 'mail') await client.post('/v0/auth/verify-email', { token: await mailedToken(app, email) })
  expect((await client.get('/v0/user/me')).body).toMatchObject({ handle, email, has_password: false })
  expect((await come(app.client())).status).toBe(204)
})
