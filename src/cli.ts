import { rotateSigningKeys } from './access-tokens/rotate-keys.ts'
import { type Config, loadConfig } from './config.ts'
import { addEncryptionKey, initKeys, openKeyring } from './crypto/keyring.ts'
import { type DatabaseClient, openDatabase } from './db/client.ts'
import { applyMigrations } from './db/migrate.ts'
import { reseal } from './db/reseal.ts'
import { openDatabaseUrls } from './db/urls.ts'
import { readEnvironment } from './environment.ts'
import { createLog } from './log.ts'
import { openUserIndexer } from './search/index-users.ts'
import { explainStartFailure } from './start-failure.ts'
import { grantRole } from './users/grant-role.ts'
import { importAccounts } from './users/import-accounts.ts'
import { roles } from './users/roles.ts'

/** `directUrl`: without a pooler. */
type OpenedDatabase = DatabaseClient & { readonly directUrl: string }

/** What a command says at its end, and with which code it ends where that is not 0. */
type Outcome = { readonly says: string; readonly exitCode?: number }

type Command = {
  readonly parameters: readonly string[]
  readonly usage: string
  readonly run: (config: Config, given: readonly string[]) => Promise<Outcome>
}

/** The operator's commands: `npm run admin -- NAME`. They join a running server's embedded database, or start it. */
const commands: Readonly<Record<string, Command>> = {
  'keys init': { parameters: [], usage: 'make the first keys in KEYS_DIR where there are none', run: makeKeys },
  'keys rotate': {
    parameters: [],
    usage: 'sign and seal with new keys from now on; nothing restarts',
    run: rotateKeys,
  },
  migrate: { parameters: [], usage: 'apply the migrations that the database lacks', run: migrate },
  grant: {
    parameters: ['EMAIL', 'ROLE'],
    usage: 'give the account with that address a role, admin or mod',
    run: grant,
  },
  reindex: { parameters: [], usage: 'rebuild the search index of Meilisearch from the database', run: reindex },
  'import-accounts': {
    parameters: ['FILE'],
    usage: 'accounts of another system, one JSON object a line (docs/import.md)',
    run: importFile,
  },
}

const given = process.argv.slice(2)
const found = Object.entries(commands).find(([name, { parameters }]) => {
  const words = name.split(' ')
  return words.every((word, index) => given[index] === word) && given.length === words.length + parameters.length
})
if (found === undefined) {
  const asked = given.join(' ')
  const lines = Object.entries(commands).map(
    ([name, { parameters, usage }]) => `  ${[name, ...parameters].join(' ').padEnd(24)} ${usage}`,
  )
  const unknown = asked === '' || asked === 'help' ? '' : `There is no command "${asked}".\n`
  process.stderr.write(`${unknown}Commands of npm run admin -- NAME:\n${lines.join('\n')}\n`)
  process.exit(unknown === '' ? 0 : 2)
}
try {
  const [name, { run }] = found
  const { says, exitCode = 0 } = await run(loadConfig(readEnvironment(), 'cli'), given.slice(name.split(' ').length))
  process.stdout.write(`${says}\n`)
  process.exitCode = exitCode
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

async function makeKeys({ keysDir }: Config): Promise<Outcome> {
  return {
    says: initKeys(keysDir)
      ? `Keys were made in ${keysDir}; back them up.`
      : `There are keys in ${keysDir} already; nothing was changed.`,
  }
}

async function rotateKeys(config: Config): Promise<Outcome> {
  const { keysDir, accessTokenTtlSeconds } = config
  const { kid } = rotateSigningKeys(keysDir, accessTokenTtlSeconds)
  addEncryptionKey(keysDir)
  const resealed = await withDatabase(config, ({ db }) => reseal(db, openKeyring(keysDir, { create: false })))
  return {
    says: `Access tokens are signed by ${kid} from now on. Secrets that were sealed anew: ${resealed}. Back ${keysDir} up.`,
  }
}

async function migrate(config: Config): Promise<Outcome> {
  await withDatabase(config, async () => {})
  return {
    says:
      config.databaseUrl === undefined
        ? `The embedded database in ${config.dataDir} is up to date.`
        : 'The database is up to date.',
  }
}

async function grant(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = roles.find((one) => one === asked)
  if (role === undefined) return { says: `There is no role "${asked}": ${roles.join(' or ')}.`, exitCode: 1 }
  const outcome = await withDatabase(config, ({ pool }) => grantRole(pool, email, role))
  if (outcome === 'unknown') return { says: `No account has the address ${email}.`, exitCode: 1 }
  return {
    says: outcome === 'granted' ? `${email} has the role ${role} now.` : `${email} had the role ${role} already.`,
  }
}

async function importFile(config: Config, [file = '']: readonly string[]): Promise<Outcome> {
  const report = (line: string) => process.stdout.write(`${line}\n`)
  const { accepted, known, refused } = await withDatabase(config, async (database) => {
    const outcome = await importAccounts(database, file, report)
    // In bulk, not one job an account.
    if (outcome.accepted > 0) await openUserIndexer(config, database)?.reindex(database.directUrl)
    return outcome
  })
  return {
    says: `${accepted} accepted, ${known} already there, ${refused} refused`,
    exitCode: refused === 0 ? 0 : 1,
  }
}

async function reindex(config: Config): Promise<Outcome> {
  if (config.meilisearchUrl === undefined)
    return { says: 'PostgreSQL itself is searched: there is nothing to rebuild.' }
  const count = await withDatabase(config, (database) => openUserIndexer(config, database)?.reindex(database.directUrl))
  return { says: `${count} users are in the index ${config.meilisearchIndex} now.` }
}

/** With an up-to-date database: the operator's, or the embedded one, which is joined or started here. */
async function withDatabase<Result>(
  config: Config,
  act: (database: OpenedDatabase) => Promise<Result> | Result,
): Promise<Result> {
  await using opened = new AsyncDisposableStack()
  const urls = await openDatabaseUrls(config, { role: 'guest', log: createLog(config.logLevel), opened })
  await applyMigrations(urls)
  const database = openDatabase({
    url: urls.main,
    poolSize: 2,
    timeoutMs: config.databaseTimeoutMs,
    onIdleError: () => undefined,
  })
  opened.defer(database.close)
  return await act({ ...database, directUrl: urls.direct })
}
