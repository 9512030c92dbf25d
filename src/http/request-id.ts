import { randomUUIDv7 } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const acceptable = /^[A-Za-z0-9_-]{1,64}$/

/** The caller's own id if it is fit for logs, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && acceptable.test(sent) ? sent : randomUUIDv7()
}
