import type { JWTPayload } from 'jose'
import { adminWithCode } from '../moderation/support.ts'
import { startApp, type TestApp } from './app.ts'
import type { Answer, TestClient } from './client.ts'
import { makeKey, type OtherServer, startOtherServer } from './native-provider.ts'

const url = '/v0/admin/oauth/providers'

/** Somebody who may register providers: an administrator's session that shows two factors. */
export const administratorOf = async (app: TestApp): Promise<TestClient> => (await adminWithCode(app)).client

/** An app, the administrator, and a server whose answers tests shape, with a key that it may publish. */
export async function startBesideOtherServer() {
  const server = await startOtherServer()
  const key = await makeKey('one')
  const app = await startApp()
  const stop = async () => {
    await app.close()
    server.stop()
  }
  return { server, key, app, admin: await administratorOf(app), stop }
}

let count = 0

/** Afterwards users can sign in through that server, by its issuer or, `plain`, by its endpoints; gives the slug. */
export async function registerProvider(
  admin: TestClient,
  { url: base }: Pick<OtherServer, 'url'>,
  { plain = false, ...more }: { readonly plain?: boolean; readonly [field: string]: unknown } = {},
): Promise<string> {
  const slug = `other-${++count}`
  const endpoints = {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
  }
  const client = { client_id: 'postern', client_secret: 'a-client-secret:with%and+' }
  const answer = await admin.post(url, {
    slug,
    name: 'Other',
    ...client,
    ...(plain ? endpoints : { issuer: base }),
    ...more,
  })
  if (answer.status !== 201) throw new Error(`registering answered ${answer.status} ${answer.code}`)
  return slug
}

/** Where the browser is sent, with what. */
export async function beginAt(client: TestClient, slug: string, query = ''): Promise<URLSearchParams> {
  const answer = await client.get(`/v0/auth/oauth/${slug}/authorize${query}`)
  if (answer.status !== 200) throw new Error(`authorize answered ${answer.status} ${answer.code}`)
  return new URL(String(answer.body.auth_url)).searchParams
}

/** Back from a server that answers as its test says. */
export async function comeFrom(client: TestClient, slug: string): Promise<Answer> {
  const state = (await beginAt(client, slug)).get('state')
  return client.post(`/v0/auth/oauth/${slug}/login`, { code: 'code', state })
}

type Told = {
  /** Of the ID token, over those that it must have. */
  readonly idToken?: JWTPayload
  readonly userInfo?: object | undefined
  /** Of the token endpoint. */
  readonly tokens?: object
  /** What is done to the answers once they stand. */
  readonly answering?: () => void
}

type Key = Awaited<ReturnType<typeof makeKey>>

/** The same from an OpenID Connect issuer that signs with that key, and says this. */
export async function comeSigned(
  client: TestClient,
  slug: string,
  { server, key }: { readonly server: OtherServer; readonly key: Key },
  { idToken: claims = {}, userInfo, tokens = {}, answering = () => {} }: Told,
): Promise<Answer> {
  const asked = await beginAt(client, slug)
  const seconds = Math.floor(Date.now() / 1000)
  const nonce = asked.get('nonce') ?? undefined
  const usual = { iss: server.url, aud: asked.get('client_id') ?? '', iat: seconds, exp: seconds + 600 }
  const idToken = await key.sign({ ...usual, ...(nonce && { nonce }), ...claims })
  server.replies.set('/token', {
    body: { access_token: 'from-the-provider', token_type: 'Bearer', id_token: idToken, ...tokens },
  })
  if (userInfo) server.replies.set('/userinfo', { body: userInfo })
  answering()
  return client.post(`/v0/auth/oauth/${slug}/login`, { code: 'code', state: asked.get('state') })
}

/** What its token endpoint and user info answer from now on: of a text every byte. */
export function answerPlainly({ replies }: OtherServer, userInfo: unknown): void {
  replies.set('/token', { body: { access_token: 'from-the-provider', token_type: 'Bearer' } })
  replies.set('/userinfo', { body: userInfo })
}
