import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Supervised } from '../support/supervised.ts'
import type { Random } from './random.ts'

export type Sent = {
  readonly method?: string
  readonly path: string
  readonly body?: object
  /** A body that is no JSON. */
  readonly bytes?: { readonly type: string; readonly content: Buffer }
  readonly token?: string
  readonly device?: string
}

export type Reply = {
  readonly status: number
  readonly retryAfterSeconds: number | undefined
  readonly code: string | undefined
  readonly body: Record<string, unknown>
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/**
 * Asks any of the servers that serve, as a reverse proxy does: a connection that is refused costs nothing, and the next one is asked.
 * So does a server that has no time to hash a password, as on a machine where others start: it is asked again when it says.
 * `undefined`: sent, and nobody knows what became of it.
 */
export async function ask(apis: readonly Supervised[], random: Random, sent: Sent): Promise<Reply | undefined> {
  for (;;) {
    const serving = apis.filter((api) => api.isUp())
    const api = serving[random.below(serving.length)]
    if (api === undefined) {
      await Promise.race([...apis.map((one) => one.up()), sleep(1000)])
      continue
    }
    try {
      const reply = await post(api.origin, sent)
      api.served++
      if (reply.status !== 429 || reply.retryAfterSeconds === undefined) return reply
      await sleep(reply.retryAfterSeconds * 1000)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') return undefined
      await sleep(5)
    }
  }
}

function post(origin: string, { method = 'POST', path, body, bytes, token, device }: Sent): Promise<Reply> {
  const content = bytes?.content ?? (body === undefined ? undefined : JSON.stringify(body))
  const headers = {
    ...(content !== undefined && {
      'content-type': bytes?.type ?? 'application/json',
      'content-length': Buffer.byteLength(content),
    }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(device !== undefined && { 'x-device-token': device }),
  }
  return new Promise((resolve, reject) => {
    const asking = request(origin + path, { method, agent, headers, timeout: 15_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
        const code = response.headers['x-error-code']
        const retryAfter = response.headers['retry-after']
        resolve({
          status: response.statusCode ?? 0,
          retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
          code: typeof code === 'string' ? code : undefined,
          body: json,
        })
      })
    })
    asking.on('timeout', () => asking.destroy(new Error('no answer in 15 seconds')))
    asking.on('error', reject).end(content)
  })
}
