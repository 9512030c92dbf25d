import type { Dispatcher, Pool } from 'undici'

type Sent = {
  readonly body?: unknown
  /** A body that is no JSON; its type is in the headers. */
  readonly bytes?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** As a proxy in front, which the tests are to the app, would tell it. */
  readonly remoteAddress?: string
}

export type Answer = {
  readonly status: number
  /** X-Error-Code, which must agree with the body's. */
  readonly code: string | undefined
  readonly body: Record<string, unknown>
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  readonly setCookies: readonly string[]
}

/** A browser as far as it matters here: it keeps cookies and sends them back. */
export class TestClient {
  readonly cookies = new Map<string, string>()
  /** Sent with every request, as an app does with its token. */
  readonly headers: Record<string, string> = {}
  private readonly pool: Pool
  private readonly host: string

  constructor(pool: Pool, host = 'auth.example.com') {
    this.pool = pool
    this.host = host
  }

  get = (url: string, sent: Sent = {}): Promise<Answer> => this.send('GET', url, sent)
  post = (url: string, body?: unknown, sent: Sent = {}): Promise<Answer> => this.send('POST', url, { ...sent, body })

  async send(method: string, url: string, { body, bytes, headers = {}, remoteAddress }: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const isJson = body !== undefined && typeof body !== 'string'
    const reply = await this.pool.request({
      method: method as Dispatcher.HttpMethod,
      // A person's address bar encodes as well.
      path: url.replace(/[^!-~]+/g, encodeURIComponent),
      headers: {
        host: this.host,
        'user-agent': 'Postern tests',
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(remoteAddress && { 'x-forwarded-for': remoteAddress }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
      ...(bytes && { body: bytes }),
    })
    const text = await readAll(reply)
    const setCookies = [reply.headers['set-cookie'] ?? []].flat()
    for (const line of setCookies) this.keep(line)
    const json = /json/.test(String(reply.headers['content-type'] ?? ''))
    const code = reply.headers['x-error-code'] as string | undefined
    const answer = json && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {}
    if (code !== undefined && answer.code !== code)
      throw new Error(`X-Error-Code ${code}, but the body says ${String(answer.code)}`)
    return { status: reply.statusCode, code, body: answer, headers: reply.headers, setCookies }
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** Of a stream of events, which never ends by itself, only the head. */
async function readAll({ headers, body }: Dispatcher.ResponseData): Promise<string> {
  if (!String(headers['content-type']).startsWith('text/event-stream')) return body.text()
  // What the end of the reading reports.
  body.on('error', () => {}).destroy()
  return ''
}

/** Of a pair: new in every answer, and of one length. */
const ofPair = ['code_token', 'expires_at', 'resend_at']
const withoutPair = (name: string, value: unknown) => (ofPair.includes(name) ? String(value).length : value)

/** All that an observer could compare, but for what counts requests. */
export const seen = ({ status, body, headers, setCookies }: Answer) => ({
  status,
  body: JSON.stringify(body, withoutPair),
  headerNames: Object.keys(headers),
  length: headers['content-length'],
  setCookies,
})
