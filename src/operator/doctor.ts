import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { sealedColumns } from '../accounts/all-rows.ts'
import type { Config, Environment } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { openSigningKeys } from '../credentials/signing-keys.ts'
import { findKeyFaults, findOpenKeys } from '../crypto/key-faults.ts'
import { type Keyring, KeyringError, openKeyring } from '../crypto/keyring.ts'
import { lostKeyFinder } from '../db/lost-keys.ts'
import { reasonsOf } from '../errors/cause.ts'
import { smtpSender } from '../mail/smtp.ts'
import { openFileStore } from '../ports/file-store.open.ts'
import { connectOnce, openRedis } from '../ports/redis.ts'
import { tryRedis } from '../ports/redis-rights.ts'
import { examineIndex } from '../search/examine-index.ts'
import { openUserIndex } from '../search/user-index.ts'
import { within } from '../waiting/within.ts'
import type { Check } from './check.ts'
import { adviseBreached, breachedChecks } from './doctor-breached.ts'
import { checkNotifications, checkPostgres, withDatabase } from './doctor-database.ts'
import { checkMails } from './doctor-mails.ts'
import { passkeyChecks } from './doctor-passkeys.ts'
import { signUpChecks } from './doctor-sign-up.ts'
import { explainDatabase } from './start-failure.ts'

export type Finding = { readonly name: string; readonly isFine: boolean; readonly says: string }

const deadlineMs = 5000
/** Most checks have a shorter one of their own. */
const longestMs = 20_000

/**
 * Checks every service that the configuration names, and leaves nothing behind in them. Unset ones are skipped.
 * @param env undefined in the API, which has started with its settings
 */
export async function examine(
  config: Config,
  env: Environment | undefined,
  log: FastifyBaseLogger,
): Promise<Finding[]> {
  const { databaseDirectUrl, redisUrl, smtpUrl, workerUrl, otelExporterOtlpEndpoint: traces } = config
  const index = openUserIndex(config)
  const checks: Check[] = [
    { name: 'settings', remedy: 'see docs/configuration.md', run: async () => checkSettings(config, env) },
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
            remedy: 'see DATABASE_DIRECT_URL: it must name the same database and bypass any pooler',
            run: () => checkNotifications(config, databaseDirectUrl, log),
          },
        ]),
    { name: 'keys', remedy: 'run `npm run admin -- keys init`, or see KEYS_DIR', run: () => checkKeys(config, log) },
    { name: 'pictures', remedy: 'see FILE_STORE_URL', run: () => checkFiles(config) },
    // Not in the API, where requests would wait: it writes hundreds of mails, and what it finds changes with no server.
    ...(env === undefined ? [] : [{ name: 'mails', remedy: 'see docs/languages.md', run: () => checkMails(config) }]),
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
            run: () => withDatabase(config, log, (db) => examineIndex(index, config, db)),
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
    ...breachedChecks(config),
    ...signUpChecks(config),
    ...(workerUrl === undefined
      ? []
      : [{ name: 'worker', remedy: 'start `npm run worker`, or see WORKER_URL', run: () => checkWorker(workerUrl) }]),
    ...(traces === undefined
      ? []
      : [{ name: 'traces', remedy: 'see OTEL_EXPORTER_OTLP_ENDPOINT', run: () => checkTraces(traces) }]),
    ...passkeyChecks(config, log),
  ]
  return Promise.all(checks.map(examineOne))
}

async function examineOne({ name, remedy, run }: Check): Promise<Finding> {
  try {
    return { name, isFine: true, says: await within(longestMs, run()) }
  } catch (error) {
    const explained = error instanceof Error ? explainDatabase(error) : undefined
    const says = explained ?? `${reasonsOf(error).join(': ').replaceAll('\n', '; ')}; ${remedy}`
    return { name, isFine: false, says }
  }
}

/** Loads the settings with the API's rules, which are stricter than those of the command line. */
function checkSettings(config: Config, env: Environment | undefined): string {
  if (env !== undefined) loadConfig(env, 'api')
  return [
    env === undefined ? 'the API has started with them' : 'the API can start with them',
    ...adviseBreached(config),
  ].join('; ')
}

async function checkKeys(config: Config, log: FastifyBaseLogger): Promise<string> {
  const { appEnv, keysDir, accessTokenTtlSeconds } = config
  const faults = [...findKeyFaults(keysDir), ...(appEnv === 'production' ? findOpenKeys(keysDir) : [])]
  if (faults.length > 0) throw new Error(faults.join('; '))
  const keyring = openKeyring(keysDir, { create: false })
  const lost = await findLost(config, keyring, log)
  if (lost !== undefined)
    throw new Error(`the encryption key ${lost} is missing, but stored data needs it: restore it from the backup`)
  return (
    `in ${keysDir}; access tokens are signed by ` +
    `${openSigningKeys(keyring, accessTokenTtlSeconds).getCurrent().kid}`
  )
}

/**
 * Returns the number of a lost encryption key that stored data needs. Returns undefined if there is none, or if the
 * database is down or empty, which the check of PostgreSQL reports.
 */
async function findLost(config: Config, keyring: Keyring, log: FastifyBaseLogger): Promise<number | undefined> {
  try {
    return await withDatabase(config, log, (db) => lostKeyFinder({ db, keyring, sealedColumns })())
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
  if (!kept?.equals(bytes)) throw new Error('the stored file could not be read back')
  return 'a test file was stored, read and deleted'
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
    return 'it answers and allows every command that Postern uses'
  } finally {
    client.disconnect()
  }
}

/** Goes as far as naming a recipient, because only then do mail servers refuse a bad EHLO name or sender [FD31]. */
async function checkSmtp({ mailFrom: from, smtpName: name }: Config, url: string): Promise<string> {
  const { takesUnicode } = await smtpSender({ url, from, name, deadlineMs }).verify()
  const except = takesUnicode
    ? ''
    : ', but not to addresses with non-ASCII characters before the @ (it has no SMTPUTF8)'
  return `it accepts mail from ${from}${except}`
}

async function checkWorker(url: string): Promise<string> {
  const reply = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(deadlineMs) })
  if (reply.status === 503) throw new Error('it cannot read the keys in its KEYS_DIR')
  if (!reply.ok) throw new Error(`it answered ${reply.status}`)
  return 'it answers'
}

async function checkTraces(endpoint: string): Promise<string> {
  const { tryEndpoint } = await import('../tracing/otlp.ts')
  await within(deadlineMs, tryEndpoint(endpoint))
  return 'the endpoint accepts them'
}
