import { inHttpSpan } from '../tracing/http-span.ts'
import type { DeliveryOutcome, MailDelivery } from './mail-delivery.ts'

type Options = { readonly url: string; readonly secret: string; readonly timeoutMs: number }

const longestAnswer = 1024

/** Asks the worker over HTTP. */
export function httpMailDelivery({ url, secret, timeoutMs }: Options): MailDelivery {
  return {
    deliver: async (mailId, network) => {
      const signal = AbortSignal.timeout(timeoutMs)
      let reply: Response
      try {
        reply = await inHttpSpan('POST', url, (span) =>
          fetch(`${url}/deliveries/${mailId}`, {
            method: 'POST',
            redirect: 'manual',
            headers: {
              authorization: `Bearer ${secret}`,
              connection: 'close',
              'x-postern-network': network,
              ...(span && { traceparent: span.traceparent }),
            },
            signal,
          }),
        )
      } catch (error) {
        return isGarbled(error) ? 'garbled' : 'unreachable'
      }
      try {
        return outcomeOf(reply.status, await readAnswer(reply))
      } catch {
        return signal.aborted ? 'unreachable' : 'garbled'
      }
    },
  }
}

/** What fetch calls an answer that is not HTTP, or whose headers do not end. */
const garbledAnswers = new Set(['HTTPParserError', 'HeadersOverflowError'])

const isGarbled = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && garbledAnswers.has(error.cause.name)

async function readAnswer(reply: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of reply.body ?? []) {
    length += chunk.length
    if (length > longestAnswer) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}

function outcomeOf(status: number, answer: unknown): Exclude<DeliveryOutcome, 'unreachable'> {
  const { outcome, is_final } = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
  if (status === 200 && outcome === 'delivered') return 'delivered'
  if (status !== 502 || outcome !== 'failed') return 'garbled'
  return is_final === true ? 'refused' : 'failed'
}
