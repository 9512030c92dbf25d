import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type MutableResponse, type MutableToken, OAuth2Server } from 'oauth2-mock-server'
import type { TestClient } from './client.ts'

export type Claims = Record<string, unknown>

/** A real OIDC provider on loopback; a test says what it answers. */
export class OidcProvider {
  readonly clientId = 'postern'
  readonly clientSecret = 'a-client-secret:with%and+'
  claims: Claims = {}
  /** Over those of the ID token that the provider makes. */
  idClaims: Claims = {}
  userinfo: { status?: number; body?: unknown } = {}
  token: { status?: number; body?: unknown } = {}
  private readonly server = new OAuth2Server()

  async start(): Promise<string> {
    const { service, issuer } = this.server
    await issuer.keys.generate('RS256')
    await this.server.start(0, '127.0.0.1')
    service.on('beforeTokenSigning', (token: MutableToken) => {
      Object.assign(token.payload, { aud: this.clientId, sub: this.claims.sub, ...this.idClaims })
    })
    service.on('beforeUserinfo', (response: MutableResponse) => {
      response.statusCode = this.userinfo.status ?? 200
      response.body = (this.userinfo.body ?? this.claims) as never
    })
    service.on('beforeResponse', (response: MutableResponse) => {
      response.statusCode = this.token.status ?? response.statusCode
      if (this.token.body !== undefined) response.body = this.token.body as never
    })
    return this.url
  }

  get url(): string {
    return this.server.issuer.url ?? ''
  }

  /** An ID token as a native library gets it. */
  idToken(claims: Claims): Promise<string> {
    return this.server.issuer.buildToken({
      scopesOrTransform: (_header, payload) => Object.assign(payload, { aud: this.clientId, ...claims }),
    })
  }

  reset(claims: Claims): void {
    this.claims = claims
    this.idClaims = {}
    this.userinfo = {}
    this.token = {}
  }

  stop = (): Promise<void> => this.server.stop()
}

/** What GitHub answers, as far as it is asked. */
export class GithubLookalike {
  user: unknown = {}
  emails: unknown = []
  token: unknown = { access_token: 'gho_secret', token_type: 'bearer' }
  check: { status: number; body: unknown } = { status: 404, body: {} }
  private readonly server: Server = createServer((request, response) => this.answer(request, response))

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
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

  stop(): void {
    this.server.closeAllConnections()
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
