import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

type Asked = {
  readonly method: string | undefined
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A text goes out as it is, anything else as JSON. */
export type Reply = {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly how?: 'silent' | 'cut'
}

/** Another server, on loopback: answers each path as the test says, anything else with 404, and keeps what it was asked. */
export async function startOtherServer(host = '127.0.0.1') {
  const replies = new Map<string, Reply>()
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { method, url: path = '', headers } = request
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
      send(response, replies.get(path) ?? { status: 404 })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    replies,
    asked,
    timesAsked: (path: string): number => asked.filter((one) => one.path === path).length,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type OtherServer = Awaited<ReturnType<typeof startOtherServer>>

function send(response: ServerResponse, { status = 200, headers = {}, body = '', how }: Reply): void {
  if (how === 'silent') return
  if (how === 'cut') response.destroy()
  else
    response
      .writeHead(status, headers)
      .end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}

/** A key of a provider's, as it publishes and as it uses it. */
export async function makeKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  return {
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    sign: (claims: JWTPayload, header: object = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...header }).sign(privateKey),
  }
}

/** An issuer whose discovery document and keys a test shapes. */
export function shapeIssuer(
  { url, replies }: OtherServer,
  keys: readonly object[],
  headers: Record<string, string> = {},
) {
  const body = {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/userinfo`,
    jwks_uri: `${url}/jwks`,
  }
  replies.set('/.well-known/openid-configuration', { body })
  replies.set('/jwks', { body: { keys }, headers })
  return body
}
