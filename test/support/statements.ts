import { vi } from 'vitest'
import type { OtlpReceiver } from './otlp-receiver.ts'

const framing = new Set(['BEGIN', 'COMMIT', 'ROLLBACK', 'SET'])

/** Of the statement that finds a session which is not in memory. */
export const sessionLookup = 'SELECT sessions'

/** The statements that the request with this id sent to PostgreSQL, by its spans: `SELECT refusals`. */
export async function statementsOf(receiver: OtlpReceiver, requestId: string): Promise<string[]> {
  return (await roundTripsOf(receiver, requestId)).filter((name) => !framing.has(name))
}

/** The statements, with those around them that begin and end a transaction. */
export async function roundTripsOf({ spans }: OtlpReceiver, requestId: string): Promise<string[]> {
  const root = await vi.waitFor(
    () => {
      const found = spans.find(({ attributes }) => attributes['postern.request_id'] === requestId)
      if (found === undefined) throw new Error(`no span of ${requestId} arrived`)
      return found
    },
    { timeout: 15_000, interval: 50 },
  )
  return spans
    .filter(({ traceId, attributes }) => traceId === root.traceId && attributes['db.system.name'] === 'postgresql')
    .map(({ name }) => name)
}
