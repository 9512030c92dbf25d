import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import {
  type MutableResponse,
  type MutableToken,
  OAuth2Issuer,
  OAuth2Service,
  type TokenRequestIncomingMessage,
} from 'oauth2-mock-server'
import type { TestApp } from './app.ts'
import type { TestClient } from './client.ts'
import { forgetDevices, newPerson } from './people.ts'

export type Claims = Record<string, unknown>

/** What a path does in place of its answer: never answer, cut the connection, wait for something first, or say this. */
type Fault = 'hang' | 'cut' | (() => Promise<void>) | { readonly status?: number; readonly text: string }
type Faults = Record<string, Fault>

/** A server on loopback whose paths can be made to fail. */
class FaultyServer {
  faults: Faults = {}
  private readonly server: Server

  constructor(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    this.server = createServer((request, response) => {
      const fault = this.faults[request.url ?? '']
      if (fault === undefined) answer(request, response)
      else if (typeof fault === 'function') void fault().then(() => answer(request, response))
      else if (fault === 'cut') request.socket.destroy()
      else if (fault !== 'hang') response.writeHead(fault.status ?? 200).end(fault.text)
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return (this.server.address() as AddressInfo).port
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** A real OIDC provider on loopback; a test says what it answers. */
export class OidcProvider {
  readonly clientId = 'postern'
  readonly clientSecret = 'a-client-secret:with%and+'
  claims: Claims = {}
  /** Over those of the ID token that the provider makes. */
  idClaims: Claims = {}
  idHeader: Claims = {}
  /** Another ID token in place of the provider's, of the same claims. */
  forge: ((claims: Claims) => string) | undefined
  /** Over the discovery document, which an app asks for once. */
  discovery: Claims = {}
  userinfo: { status?: number; body?: unknown } = {}
  token: { status?: number; body?: unknown } = {}
  /** Every access, ID and refresh token that it made. */
  readonly given: string[] = []
  /** What the token endpoint was asked of late. */
  asked: Readonly<Record<string, unknown>> = {}
  private readonly issuer = new OAuth2Issuer(undefined)
  private readonly service = new OAuth2Service(this.issuer)
  private readonly server = new FaultyServer((request, response) => this.service.requestHandler(request, response))

  async start(): Promise<string> {
    const { service, issuer } = this
    await issuer.keys.generate('RS256')
    issuer.url = `http://localhost:${await this.server.listen()}`
    service.on('beforeWellKnownOpenIdConfiguration', ({ body }: MutableResponse) => {
      Object.assign(body as Claims, this.discovery)
    })
    service.on('beforeTokenSigning', (token: MutableToken) => {
      Object.assign(token.header, this.idHeader)
      Object.assign(token.payload, { aud: this.clientId, sub: this.claims.sub, ...this.idClaims })
    })
    service.on('beforeUserinfo', (response: MutableResponse) => {
      response.statusCode = this.userinfo.status ?? 200
      response.body = (this.userinfo.body ?? this.claims) as never
    })
    service.on('beforeResponse', (response: MutableResponse, { body }: TokenRequestIncomingMessage) => {
      this.asked = { ...body }
      this.answerToken(response)
    })
    return this.url
  }

  private answerToken(response: MutableResponse): void {
    response.statusCode = this.token.status ?? response.statusCode
    if (this.token.body !== undefined) {
      response.body = this.token.body as never
      return
    }
    const tokens = response.body as Record<'access_token' | 'id_token' | 'refresh_token', string>
    this.given.push(tokens.access_token, tokens.id_token, tokens.refresh_token)
    if (this.forge) tokens.id_token = this.forge(decodeJwt(tokens.id_token))
  }

  get url(): string {
    return this.issuer.url ?? ''
  }

  /** The id of the key that signs. */
  get keyId(): string {
    return this.issuer.keys.toJSON()[0]?.kid ?? ''
  }

  get faults(): Faults {
    return this.server.faults
  }

  /** The token endpoint keeps whoever asks waiting from now on. */
  holdTokens(): { readonly asked: Promise<void>; readonly release: () => void } {
    const asked = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.faults['/token'] = () => {
      asked.resolve()
      return released.promise
    }
    return { asked: asked.promise, release: released.resolve }
  }

  /** An ID token as a native library gets it; no two are alike, as a real provider's are not. */
  idToken(claims: Claims, header: Claims = {}): Promise<string> {
    return this.issuer.buildToken({
      scopesOrTransform: (ownHeader, payload) => {
        Object.assign(ownHeader, header)
        Object.assign(payload, { aud: this.clientId, jti: randomUUID(), ...claims })
      },
    })
  }

  reset(claims: Claims): void {
    this.claims = claims
    this.idClaims = {}
    this.idHeader = {}
    this.forge = undefined
    this.discovery = {}
    this.userinfo = {}
    this.token = {}
    this.server.faults = {}
  }

  async stop(): Promise<void> {
    this.server.close()
  }
}

/** What GitHub answers, as far as it is asked. */
class GithubLookalike {
  user: unknown = {}
  emails: unknown = []
  token: unknown = { access_token: 'gho_secret', token_type: 'bearer' }
  check: { status: number; body: unknown } = { status: 404, body: {} }
  private readonly server = new FaultyServer((request, response) => this.answer(request, response))

  async start(): Promise<string> {
    return `http://127.0.0.1:${await this.server.listen()}`
  }

  private answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const send = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (url === '/login/oauth/access_token') send(this.token)
    else if (url === '/user') send(this.user)
    else if (url === '/user/emails') send(this.emails)
    else if (/^\/applications\/[^/]+\/token$/.test(url)) send(this.check.body, this.check.status)
    else send({}, 404)
  }

  get faults(): Faults {
    return this.server.faults
  }

  reset(user: unknown, emails: unknown = []): void {
    this.user = user
    this.emails = emails
    this.token = { access_token: 'gho_secret', token_type: 'bearer' }
    this.server.faults = {}
  }

  stop(): void {
    this.server.close()
  }
}

/** The way to the provider and back, as a browser goes it; gives what its page would post. */
export async function arrive(client: TestClient, slug: string, query = ''): Promise<{ code: string; state: string }> {
  const answer = await client.get(`/v0/auth/oauth/${slug}/authorize${query}`)
  if (answer.status !== 200) throw new Error(`authorize answered ${answer.code}`)
  const url = new URL(String(answer.body.auth_url))
  const state = url.searchParams.get('state') ?? ''
  if (slug === 'github') return { code: 'code', state }
  const back = await fetch(url, { redirect: 'manual' })
  return { code: new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '', state }
}

let subjects = 0

/** Somebody whom neither the provider nor the database knew before. */
export function newcomer() {
  const number = ++subjects
  const { email } = newPerson()
  return { sub: `subject-${number}`, email, email_verified: true, preferred_username: `some.one${number}` }
}
type Newcomer = ReturnType<typeof newcomer>

/** An account that knows only Google; the client is signed in, and on no known device. */
export async function signedUpThrough(app: TestApp, provider: OidcProvider, who: Newcomer = newcomer()) {
  provider.reset(who)
  const client = app.client()
  const answer = await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
  const handle = `through_${++subjects}`
  const wish = { pending_token: answer.body.pending_token, handle, display_name: 'Some One' }
  const done = await client.post('/v0/auth/complete-signup', wish)
  if (done.status !== 204) throw new Error(`complete-signup answered ${done.status} ${done.code}`)
  await forgetDevices(app, client, who.email)
  return { who, client, handle }
}

/** What the history of the client's account shows, newest first. */
export const historyOf = async (
  client: TestClient,
  headers: Readonly<Record<string, string>> = {},
): Promise<string[]> => {
  const { body } = await client.get('/v0/user/me/security-events', { headers })
  return (body.data as { type: string }[]).map(({ type }) => type)
}

/** Both providers, and the environment of an app that signs in through them. */
export async function startProviders() {
  const provider = new OidcProvider()
  const github = new GithubLookalike()
  const [issuer, githubUrl] = [await provider.start(), await github.start()]
  return {
    provider,
    github,
    env: {
      GOOGLE_CLIENT_ID: provider.clientId,
      GOOGLE_CLIENT_SECRET: provider.clientSecret,
      GOOGLE_ISSUER: issuer,
      GITHUB_CLIENT_ID: 'gid',
      GITHUB_CLIENT_SECRET: 'gsecret',
      GITHUB_URL: githubUrl,
      GITHUB_API_URL: githubUrl,
    },
    stop: async () => {
      await provider.stop()
      github.stop()
    },
  }
}
