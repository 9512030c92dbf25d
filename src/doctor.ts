import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import { openSigningKeys } from './access-tokens/signing-keys.ts'
import { type Config, type Environment, loadConfig } from './config.ts'
import { findKeyFaults, findOpenKeys } from './crypto/key-faults.ts'
import { type Keyring, KeyringError, openKeyring } from './crypto/keyring.ts'
import { openDatabase } from './db/client.ts'
import { lostKeyFinder } from './db/lost-keys.ts'
import { findMissingColumn } from './db/needed-columns.ts'
import { openDatabaseUrls } from './db/urls.ts'
import { reasonsOf } from './errors/cause.ts'
import { smtpSender } from './mail/smtp.ts'
import { packageRoot } from './package-root.ts'
import { openFileStore } from './ports/file-store.open.ts'
import { connectOnce, openRedis } from './ports/redis.ts'
import { tryRedis } from './ports/redis-rights.ts'
import { examineIndex } from './search/examine-index.ts'
import { nameFold } from './search/fold.ts'
import { openUserIndex, type UserIndex } from './search/user-index.ts'
import { explainDatabase } from './start-failure.ts'
import { within } from './within.ts'

/** What was found, or a throw that says what is wrong. */
type Check = {
  readonly name: string
  /** Named where the check fails. */
  readonly remedy: string
  readonly run: () => Promise<string>
}

export type Finding = { readonly name: string; readonly isFine: boolean; readonly says: string }

const deadlineMs = 5000
/** A code is good for thirty. */
const mostSecondsApart = 10
const leastPostgres = 150_000
/** Of several scripts, with what is often folded wrongly. */
const foldSample = 'ΣΩΚΡΑΤΗΣ Фёдор Straße Łoś İzi O’Neill Ｆｕｌｌ أَحْمَد'

/** Asks everything that the configuration names whether it works, and leaves nothing behind. What is not set is not asked. */
export async function examine(config: Config, env: Environment, log: FastifyBaseLogger): Promise<Finding[]> {
  const { databaseDirectUrl, redisUrl, smtpUrl, workerUrl, otelExporterOtlpEndpoint: traces } = config
  const index = openUserIndex(config)
  const checks: Check[] = [
    { name: 'settings', remedy: 'see docs/configuration.md', run: async () => checkSettings(env) },
    {
      name: 'PostgreSQL',
      remedy: 'see DATABASE_URL and DATABASE_MIGRATION_URL',
      run: () => checkPostgres(config, log),
    },
    ...(databaseDirectUrl === undefined
      ? []
      : [
          {
            name: 'notifications',
            remedy: 'see DATABASE_DIRECT_URL, which must lead to the same database and past any pooler',
            run: () => checkNotifications(config, databaseDirectUrl, log),
          },
        ]),
    { name: 'keys', remedy: 'run `npm run admin -- keys init`, or see KEYS_DIR', run: () => checkKeys(config, log) },
    { name: 'pictures', remedy: 'see FILE_STORE_URL', run: () => checkFiles(config) },
    ...(redisUrl === undefined
      ? []
      : [
          { name: 'Redis', remedy: 'see REDIS_URL and the rights in docs/operate.md', run: () => checkRedis(redisUrl) },
        ]),
    ...(index === undefined
      ? []
      : [
          {
            name: 'Meilisearch',
            remedy: 'see MEILISEARCH_URL and its two keys (docs/search.md)',
            run: () => checkMeilisearch(index, config, log),
          },
        ]),
    ...(smtpUrl === undefined
      ? []
      : [
          {
            name: 'mail server',
            remedy: 'see SMTP_URL, SMTP_NAME and MAIL_FROM (docs/operate.md, Mail)',
            run: () => checkSmtp(config, smtpUrl),
          },
        ]),
    ...(workerUrl === undefined
      ? []
      : [{ name: 'worker', remedy: 'start `npm run worker`, or see WORKER_URL', run: () => checkWorker(workerUrl) }]),
    ...(traces === undefined
      ? []
      : [{ name: 'traces', remedy: 'see OTEL_EXPORTER_OTLP_ENDPOINT', run: () => checkTraces(traces) }]),
  ]
  return Promise.all(checks.map(examineOne))
}

async function examineOne({ name, remedy, run }: Check): Promise<Finding> {
  try {
    return { name, isFine: true, says: await run() }
  } catch (error) {
    const explained = error instanceof Error ? explainDatabase(error) : undefined
    const says = explained ?? `${reasonsOf(error).join(': ').replaceAll('\n', '; ')}; ${remedy}`
    return { name, isFine: false, says }
  }
}

/** The command line itself asks for less. */
function checkSettings(env: Environment): string {
  loadConfig(env, 'api')
  return 'an API starts with them'
}

async function checkNotifications(config: Config, directUrl: string, log: FastifyBaseLogger): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const { main } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const listener = await connect(directUrl, opened)
  const channel = `postern_doctor_${randomBytes(8).toString('hex')}`
  await listener.query(`listen ${channel}`)
  const heard = once(listener, 'notification')
  const sender = await connect(main, opened)
  await sender.query(`notify ${channel}`)
  await within(deadlineMs, heard)
  return 'what one connection says the other hears'
}

async function checkPostgres(config: Config, log: FastifyBaseLogger): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const { main, migration } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const client = await connect(main, opened)
  const { rows } = await client.query<{ number: number; version: string; encoding: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       current_setting('server_encoding') as encoding`,
  )
  const { number = 0, version, encoding } = rows[0] ?? {}
  if (number < leastPostgres) throw new Error(`it is version ${version}, and 15 is the oldest that will do`)
  if (encoding !== 'UTF8') throw new Error(`the database's encoding is ${encoding} and must be UTF8`)
  await compareClocks(client)
  // Only the owner of the tables may look.
  const missing = (await countMigrations()) - (await countApplied(await connect(migration, opened)))
  const column = missing > 0 ? undefined : await findMissingColumn(client)
  if (column !== undefined) throw new Error(`there is no ${column}, although every migration was applied`)
  if (missing <= 0) await compareFolds(client)
  return `version ${version}, ${missing > 0 ? `${missing} migrations will be applied at the next start` : 'up to date'}`
}

/** Codes of authenticator apps and access tokens go by this machine's clock, everything that ends by the database's. */
async function compareClocks(client: pg.Client): Promise<void> {
  const before = Date.now()
  const { rows } = await client.query<{ now: number }>('select extract(epoch from clock_timestamp())::float8 as now')
  const here = (before + Date.now()) / 2000
  const apart = Math.abs((rows[0]?.now ?? 0) - here)
  if (apart > mostSecondsApart)
    throw new Error(`its clock and this machine's are ${Math.round(apart)} s apart: synchronise both with NTP`)
}

/** Names are found where program and database fold them alike. */
async function compareFolds(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ folded: string }>('select name_fold($1) as folded', [foldSample])
  const folded = rows[0]?.folded
  if (folded !== nameFold(foldSample))
    throw new Error(`it folds names to "${folded}", so that searches do not find them`)
}

async function connect(connectionString: string, opened: AsyncDisposableStack): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: deadlineMs, query_timeout: deadlineMs })
  await client.connect()
  opened.defer(() => client.end())
  return client
}

async function countMigrations(): Promise<number> {
  const journal = await readFile(join(packageRoot, 'migrations/meta/_journal.json'), 'utf8')
  return (JSON.parse(journal) as { entries: unknown[] }).entries.length
}

async function countApplied(client: pg.Client): Promise<number> {
  const table = await client.query<{ name: string | null }>(
    "select to_regclass('drizzle.__drizzle_migrations')::text as name",
  )
  if (table.rows[0]?.name === null) return 0
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from drizzle.__drizzle_migrations',
  )
  return rows[0]?.count ?? 0
}

async function checkKeys(config: Config, log: FastifyBaseLogger): Promise<string> {
  const { appEnv, keysDir, accessTokenTtlSeconds } = config
  const faults = [...findKeyFaults(keysDir), ...(appEnv === 'production' ? findOpenKeys(keysDir) : [])]
  if (faults.length > 0) throw new Error(faults.join('; '))
  const keyring = openKeyring(keysDir, { create: false })
  const lost = await findLost(config, keyring, log)
  if (lost !== undefined)
    throw new Error(`the encryption key ${lost} is gone, and is needed: bring it back from the back-up`)
  return `in ${keysDir}; access tokens are signed by ${openSigningKeys(keyring, accessTokenTtlSeconds).getCurrent().kid}`
}

/** While the database is away, or has no tables yet, nobody can tell: that one has a check of its own. */
async function findLost(config: Config, keyring: Keyring, log: FastifyBaseLogger): Promise<number | undefined> {
  await using opened = new AsyncDisposableStack()
  try {
    const { main: url } = await openDatabaseUrls(config, { role: 'guest', log, opened })
    const { db, close } = openDatabase({ url, poolSize: 1, timeoutMs: deadlineMs, onIdleError: () => undefined })
    opened.defer(close)
    return await lostKeyFinder({ db, keyring })()
  } catch (error) {
    if (error instanceof KeyringError) throw error
    return undefined
  }
}

async function checkFiles(config: Config): Promise<string> {
  const store = openFileStore(config)
  const [name, bytes] = [`doctor-${randomBytes(12).toString('hex')}`, randomBytes(1000)]
  await store.put(name, bytes)
  let kept: Buffer | undefined
  try {
    kept = await store.get(name)
  } finally {
    await store.delete(name)
  }
  if (!kept?.equals(bytes)) throw new Error('what was stored did not come back')
  return 'a file was stored, read and deleted'
}

async function checkRedis(url: string): Promise<string> {
  const client = openRedis(url)
  let lost: Error | undefined
  client.on('error', (error) => {
    lost = error
  })
  try {
    await within(deadlineMs, connectOnce(client))
    if (client.status !== 'ready') throw new Error('it does not answer', { cause: lost })
    await within(deadlineMs, tryRedis(client))
    return 'it answers, and allows all that is asked of it'
  } finally {
    client.disconnect()
  }
}

async function checkMeilisearch(index: UserIndex, config: Config, log: FastifyBaseLogger): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const { main: url } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const { db, close } = openDatabase({ url, poolSize: 1, timeoutMs: deadlineMs, onIdleError: () => undefined })
  opened.defer(close)
  return await examineIndex(index, config, db)
}

/** As far as a recipient: mail servers keep for then what they have against a name or a sender [FD31]. */
async function checkSmtp({ mailFrom: from, smtpName: name }: Config, url: string): Promise<string> {
  const { takesUnicode } = await smtpSender({ url, from, name, deadlineMs }).verify()
  const except = takesUnicode ? '' : ', but, as it has no SMTPUTF8, none to addresses beyond ASCII before the @'
  return `it takes mails from ${from}${except}`
}

async function checkWorker(url: string): Promise<string> {
  const reply = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(deadlineMs) })
  if (reply.status === 503) throw new Error('it cannot read the keys in its KEYS_DIR')
  if (!reply.ok) throw new Error(`it answered ${reply.status}`)
  return 'it answers'
}

async function checkTraces(endpoint: string): Promise<string> {
  const { tryEndpoint } = await import('./tracing/otlp.ts')
  await within(deadlineMs, tryEndpoint(endpoint))
  return 'the endpoint takes them'
}
