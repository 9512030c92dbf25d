import type { Config } from './config/config.ts'
import { readEnvironment } from './config/environment.ts'
import { loadConfig, startWarnings } from './config/load-config.ts'
import { openKeyring } from './crypto/keyring.ts'
import { openJobs } from './db/jobs.ts'
import { applyMigrations } from './db/migrate.ts'
import { openDatabaseUrls } from './db/urls.ts'
import { openMessages } from './messages/messages.ts'
import { explainStartFailure } from './operator/start-failure.ts'
import { closeOnSignal } from './process/close.ts'
import { openLog } from './process/log.ts'
import { openTracing } from './tracing/open-tracing.ts'
import { startWorker } from './worker/start-worker.ts'

try {
  await work(loadConfig(readEnvironment(), 'worker'))
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

async function work(config: Config): Promise<void> {
  const log = await openLog(config)
  for (const warning of startWarnings(process.env, config)) log.warn(warning)
  await using opened = new AsyncDisposableStack()
  const tracing = await openTracing(config, log)
  if (tracing) opened.defer(tracing.close)
  const urls = await openDatabaseUrls(config, { role: 'guest', log, opened })
  await applyMigrations(urls, { eventsKeepDays: config.eventsKeepDays, say: (message) => log.warn(message) })
  const isProduction = config.appEnv === 'production'
  const keyring = openKeyring(config.keysDir, { create: !isProduction, ownOnly: isProduction })
  const jobs = await openJobs({ url: urls.direct, role: 'worker', log, tracing })
  const { smtpUrl, workerSecret, workerHost: host, workerPort: port } = config
  if (smtpUrl === undefined || workerSecret === undefined)
    throw new Error('the configuration of a worker was not checked')
  const messages = openMessages(config)
  const listen = { host, port, secret: workerSecret }
  const worker = await startWorker({ config, log, urls, smtpUrl, keyring, jobs, messages, tracing, listen })
  opened.defer(worker.close)
  opened.defer(jobs.close)

  const moved = opened.move()
  closeOnSignal(log, () => moved.disposeAsync())
  process.stdout.write(`Postern's worker is listening at ${worker.url}.\n`)
}
