import closeWithGrace from 'close-with-grace'
import { type Config, loadConfig } from './config.ts'
import { openKeyring } from './crypto/keyring.ts'
import { openEmbeddedDatabase } from './db/embedded/database.ts'
import { openJobs } from './db/jobs.ts'
import { applyMigrations } from './db/migrate.ts'
import { readEnvironment } from './environment.ts'
import { createLog } from './log.ts'
import { startWorker } from './mail/worker.ts'
import { explainStartFailure } from './start-failure.ts'

/** Longer than a conversation with a mail server may take. */
const closeWithinMs = 10_000

try {
  await work(loadConfig(readEnvironment(), 'worker'))
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

async function work(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  await using opened = new AsyncDisposableStack()
  const { main, direct, migration } = await findDatabase(config, opened)
  await applyMigrations(migration)
  const keyring = openKeyring(config.keysDir, { create: config.appEnv !== 'production' })
  const jobs = await openJobs({ url: direct, role: 'worker', log })
  const { smtpUrl, workerSecret, workerHost: host, workerPort: port } = config
  if (smtpUrl === undefined || workerSecret === undefined)
    throw new Error('the configuration of a worker was not checked')
  const listen = { host, port, secret: workerSecret }
  const worker = await startWorker({ config, log, databaseUrl: main, smtpUrl, keyring, jobs, listen })
  opened.defer(worker.close)
  opened.defer(jobs.close)

  const moved = opened.move()
  closeWithGrace({ delay: closeWithinMs, logger: false }, async ({ signal, err }) => {
    if (err)
      log.fatal({ err: { name: err.name, message: err.message, stack: err.stack } }, 'an error that nobody caught')
    else log.info({ signal }, 'closing')
    await moved.disposeAsync()
  })
  process.stdout.write(`Postern's worker is listening at ${worker.url}.\n`)
}

async function findDatabase(config: Config, opened: AsyncDisposableStack) {
  const { databaseUrl: main, databaseMigrationUrl, databaseDirectUrl } = config
  if (main !== undefined) return { main, migration: databaseMigrationUrl ?? main, direct: databaseDirectUrl ?? main }
  const { url, close } = await openEmbeddedDatabase({ dataDir: config.dataDir, role: 'guest' })
  opened.defer(close)
  return { main: url, migration: url, direct: url }
}
