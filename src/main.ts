import type { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from './app.ts'
import type { Config } from './config/config.ts'
import { readEnvironment } from './config/environment.ts'
import { loadConfig, startWarnings } from './config/load-config.ts'
import { localOrigin } from './dev/local-only.ts'
import { makeRoomForHashing } from './hashing/hashing-threads.ts'
import { stopListening } from './http/closing.ts'
import { openConsolePort } from './http/console-port.ts'
import { openDeps } from './open-deps.ts'
import { explainStartFailure } from './operator/start-failure.ts'
import { closeOnSignal } from './process/close.ts'
import { openLog } from './process/log.ts'
import { version } from './process/version.ts'

/** Time for senders of requests to hear of the end, and for each connection of a busy proxy to get its next answer. */
const productionDrainMs = 1000
const inboxNote = 'no SMTP_URL is set: mails stay on this machine, and whoever reaches this port reads them'

try {
  await serve(loadConfig(readEnvironment()))
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

async function serve(config: Config): Promise<void> {
  makeRoomForHashing(config.argon2Concurrency)
  const log = await openLog(config)
  const drainMs = config.appEnv === 'production' ? productionDrainMs : 0
  for (const warning of startWarnings(process.env, config)) log.warn(warning)
  const deps = await openDeps(config, log)
  const app = await buildApp(deps, {
    drainMs,
    onContractViolation: (route, code) => {
      log.error({ route, code }, 'contract violation')
      deps.metrics?.noteViolation(route, code)
    },
  })
  const doors: Server[] = []
  const close = async (): Promise<void> => {
    await app.close()
    await deps.close()
  }
  closeOnSignal(log, async () => {
    // Serves as usual meanwhile: orchestrators tell a process to end at the same time as those that send it requests.
    await sleep(drainMs)
    await Promise.all([app.server, ...doors].map(stopListening))
    await close()
  })
  try {
    await app.listen({ host: config.host, port: config.port })
    if (config.consolePort !== undefined)
      doors.push(await openConsolePort(app, { host: config.host, port: config.consolePort }))
  } catch (error) {
    await close()
    throw error
  }
  process.stdout.write(startText(config, deps.inbox !== undefined))
}

function startText(config: Config, hasInbox: boolean): string {
  const lines = [
    `Postern ${version} is running.`,
    `  API    ${config.publicUrl}`,
    `  Docs   ${config.publicUrl}/docs`,
    ...(config.appEnv === 'production' ? [] : [`  App    ${localOrigin(config)}/dev/app (an example front end)`]),
    ...(hasInbox ? [`  Inbox  ${localOrigin(config)}/dev/inbox (${inboxNote})`] : []),
    ...(config.databaseUrl === undefined ? [`  Data   ${config.dataDir} (embedded PostgreSQL)`] : []),
  ]
  return `${lines.join('\n')}\n`
}
