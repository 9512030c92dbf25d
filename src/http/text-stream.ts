import { Readable } from 'node:stream'

/** A client that takes longer for one of the texts is cut off. */
const usualStallMs = 30_000

/**
 * A body of many texts, each made when the client has read the one before, so that a slow client holds no more than
 * one. A client that stops reading is cut off.
 */
export function textStream(texts: AsyncIterable<string>, stallMs = usualStallMs): Readable {
  const hangUp = (): unknown => readable.destroy(new Error('the client does not read'))
  const readable: Readable = Readable.from(whileRead(texts, stallMs, hangUp), { objectMode: false })
  return readable
}

async function* whileRead(texts: AsyncIterable<string>, stallMs: number, hangUp: () => void): AsyncGenerator<string> {
  for await (const text of texts) {
    const timer = setTimeout(hangUp, stallMs).unref()
    try {
      yield text
    } finally {
      clearTimeout(timer)
    }
  }
}
