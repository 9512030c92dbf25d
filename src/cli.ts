import { loadConfig } from './config.ts'
import { initKeys } from './crypto/keyring.ts'
import { applyMigrations } from './db/migrate.ts'
import { openDatabaseUrls } from './db/urls.ts'
import { readEnvironment } from './environment.ts'
import { createLog } from './log.ts'
import { explainStartFailure } from './start-failure.ts'

type Command = { readonly usage: string; readonly run: () => Promise<string> }

/** The operator's commands: `npm run admin -- NAME`. They join a running server's embedded database, or start it. */
const commands: Record<string, Command> = {
  'keys init': { usage: 'make the first keys in KEYS_DIR where there are none', run: makeKeys },
  migrate: { usage: 'apply the migrations that the database lacks', run: migrate },
}

const name = process.argv.slice(2).join(' ')
const command = commands[name]
if (command === undefined) {
  const lines = Object.entries(commands).map(([known, { usage }]) => `  ${known.padEnd(12)}${usage}`)
  const unknown = name === '' || name === 'help' ? '' : `There is no command "${name}".\n`
  process.stderr.write(`${unknown}Commands of npm run admin -- NAME:\n${lines.join('\n')}\n`)
  process.exit(unknown === '' ? 0 : 2)
}
try {
  process.stdout.write(`${await command.run()}\n`)
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

async function makeKeys(): Promise<string> {
  const { keysDir } = loadConfig(readEnvironment(), 'cli')
  return initKeys(keysDir)
    ? `Keys were made in ${keysDir}; back them up.`
    : `There are keys in ${keysDir} already; nothing was changed.`
}

async function migrate(): Promise<string> {
  const config = loadConfig(readEnvironment(), 'cli')
  await using opened = new AsyncDisposableStack()
  const { migration } = await openDatabaseUrls(config, { role: 'guest', log: createLog(config.logLevel), opened })
  await applyMigrations(migration)
  return config.databaseUrl === undefined
    ? `The embedded database in ${config.dataDir} is up to date.`
    : 'The database is up to date.'
}
