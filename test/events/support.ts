import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { vi } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'

type Heard = { readonly id?: string; readonly event?: string; readonly data?: Record<string, unknown> }

export type EventSource = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly heard: Heard[]
  /** Of an answer that is no stream. */
  readonly text: () => string
  readonly isClosed: () => boolean
  readonly untilHeard: (event: string, atLeast?: number) => Promise<Heard>
  readonly close: () => void
  readonly response: IncomingMessage
}

export async function openEvents(
  app: TestApp,
  client: TestClient,
  headers: Record<string, string> = {},
): Promise<EventSource> {
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  let request: ClientRequest | undefined
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request = get(
      `${app.origin}/v0/events`,
      { agent: false, headers: { ...(cookie && { cookie }), ...headers } },
      resolve,
    )
    request.on('error', reject)
  })
  response.setEncoding('utf8')
  const heard: Heard[] = []
  let [text, closed] = ['', false]
  response.on('data', (chunk: string) => {
    text += chunk
    heard.splice(0, heard.length, ...parse(text))
  })
  response.on('error', () => undefined)
  response.on('close', () => {
    closed = true
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    heard,
    text: () => text,
    isClosed: () => closed,
    untilHeard: (event, atLeast = 1) =>
      vi.waitFor(
        () => {
          const found = heard.filter((one) => one.event === event)
          const last = found.at(-1)
          if (last === undefined || found.length < atLeast) throw new Error(`${found.length} × ${event}`)
          return last
        },
        { timeout: 10_000, interval: 20 },
      ),
    close: () => void request?.destroy(),
    response,
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function parse(text: string): Heard[] {
  const blocks = text.split('\n\n').slice(0, -1)
  return blocks.flatMap((block) => {
    const lines = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line))
    const field = (name: string) => lines.find((line) => line?.[1] === name)?.[2]
    const [id, event, data] = [field('id'), field('event'), field('data')]
    if (data === undefined) return []
    return [{ ...(id && { id }), ...(event && { event }), data: JSON.parse(data) as Record<string, unknown> }]
  })
}
