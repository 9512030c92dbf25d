import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Every worker of a test run has its own thousand, below the ports that the system gives to whoever asks for any: one of those may be
 * somebody else's by the time that the program for which it was found listens.
 */
const first = 11_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % 10) * 1000
let next = randomInt(1000)

/** A port of this machine at which nobody listens, found once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % 1000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
