import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger } from 'fastify'

/** Longer than any request or conversation with a mail server may take. Whatever still runs then is cut off. */
const closeWithinMs = 10_000

/** Closes the process's parts on SIGTERM, SIGINT and uncaught errors. */
export function closeOnSignal(log: FastifyBaseLogger, close: () => Promise<void>): void {
  closeWithGrace({ delay: closeWithinMs, logger: false }, async ({ signal, err }) => {
    if (err) {
      const { name, message, stack } = err
      log.fatal({ err: { name, message, stack } }, 'an error that nobody caught')
    } else log.info({ signal }, 'closing')
    await close()
  })
}
