import type { FastifyBaseLogger } from 'fastify'
import { rotateSigningKeys } from './access-tokens/rotate-keys.ts'
import { type Config, startWarnings } from './config.ts'
import { hashCostOf } from './crypto/argon2.ts'
import { calibrate, describeCalibration } from './crypto/calibrate.ts'
import { addEncryptionKey, initKeys, openKeyring } from './crypto/keyring.ts'
import { type DatabaseClient, openDatabase } from './db/client.ts'
import { openHeavyReads } from './db/heavy-reads.ts'
import { openJobs } from './db/jobs.ts'
import { applyMigrations } from './db/migrate.ts'
import { reseal } from './db/reseal.ts'
import { openDatabaseUrls } from './db/urls.ts'
import { examine } from './doctor.ts'
import { reasonsOf } from './errors/cause.ts'
import { addWebhook, listWebhooks, removeWebhook } from './events/webhooks.ts'
import { isUuid } from './http/validation.ts'
import { importOptions, readImport, runImport } from './import/command.ts'
import { createLog } from './log.ts'
import { describeRecentActs } from './moderation/recent-acts.ts'
import { countAccounts, describeProviders } from './oauth/count-accounts.ts'
import { ownIssuers } from './oauth/find-provider.ts'
import { confirmMove } from './oauth/move-provider.ts'
import { outboundPolicy } from './outbound/policy.ts'
import { openBroadcast } from './ports/broadcast.open.ts'
import { openSearchIndex } from './ports/search-index.open.ts'
import { SearchIndexError } from './ports/search-index.ts'
import { openUserIndexer } from './search/index-users.ts'
import { openReplicas, type Replicas } from './sessions/replicas.ts'
import { helpUser, type OperatorDeps, type UserAct, userActs } from './users/help-user.ts'
import { grantRole, revokeRole } from './users/operate-roles.ts'
import { type Role, roles } from './users/roles.ts'

/** `directUrl`: without a pooler. */
type OpenedDatabase = DatabaseClient & {
  readonly replicas: Replicas
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** What a command says at its end, and with which code it ends where that is not 0. */
type Outcome = { readonly says: string; readonly exitCode?: number }

type Command = {
  /** In brackets: may be left out. */
  readonly parameters: readonly string[]
  readonly options?: Readonly<Record<string, Option>>
  readonly usage: string
  readonly run: (config: Config, given: readonly string[], options: Options) => Promise<Outcome>
}

/** `--NAME`, or `--NAME VALUE`, of which it says what that is. */
type Option = { readonly type: 'boolean' } | { readonly type: 'string'; readonly takes: string }

type Options = Readonly<Record<string, string | boolean | undefined>>

/** The operator's commands: `npm run admin -- NAME`. They join a running server's embedded database, or start it. */
export const commands: Readonly<Record<string, Command>> = {
  doctor: { parameters: [], usage: 'ask everything that is configured whether it works', run: doctor },
  calibrate: {
    parameters: [],
    usage: 'measure what a password hash costs on this machine, and recommend parameters',
    run: async () => ({ says: describeCalibration(await calibrate()) }),
  },
  'keys init': { parameters: [], usage: 'make the first keys in KEYS_DIR where there are none', run: makeKeys },
  'keys rotate': {
    parameters: [],
    usage: 'sign and seal with new keys from now on; nothing restarts',
    run: rotateKeys,
  },
  migrate: { parameters: [], usage: 'apply the migrations that the database lacks', run: migrate },
  grant: {
    parameters: ['EMAIL', 'ROLE'],
    usage: 'give the account with that address, @handle or id a role, admin or mod',
    run: grant,
  },
  revoke: { parameters: ['EMAIL', 'ROLE'], usage: 'take the role from it; the last admin stays one', run: revoke },
  user: {
    parameters: ['EMAIL', '[ACT]'],
    options: { since: { type: 'string', takes: 'TIME' } },
    usage: `help a user: ${Object.keys(userActs).join(', ')} (what came since TIME, of the last seven days)`,
    run: help,
  },
  providers: {
    parameters: [],
    usage: 'how many accounts each provider opens, and how many have no other way in',
    run: showProviders,
  },
  'providers confirm-move': {
    parameters: ['SLUG'],
    usage: 'a provider that was changed to ask elsewhere is the same one: its connections sign in again',
    run: confirmProviderMove,
  },
  audit: {
    parameters: [],
    usage: 'the last hundred acts of moderators and administrators, newest first',
    run: auditActs,
  },
  reindex: { parameters: [], usage: 'rebuild the search index of Meilisearch from the database', run: reindex },
  'webhooks add': {
    parameters: ['URL'],
    usage: 'post every event of an account there (docs/events.md)',
    run: webhooksAdd,
  },
  'webhooks list': { parameters: [], usage: 'where events are posted to', run: webhooksList },
  'webhooks remove': { parameters: ['ID'], usage: 'post no more events there', run: webhooksRemove },
  'import-accounts': {
    parameters: ['FILE'],
    options: importOptions,
    usage: 'accounts of another system, from its export or one JSON object a line (docs/import.md)',
    run: importFile,
  },
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

async function doctor(config: Config): Promise<Outcome> {
  const findings = await examine(config, process.env, createLog(config.logLevel))
  const warnings = startWarnings(process.env, config).map((warning) => `note     ${warning}`)
  const lines = findings.map(({ name, isFine, says }) => `${isFine ? 'fine  ' : 'FAILED'}   ${name}: ${says}`)
  return { says: [...lines, ...warnings].join('\n'), exitCode: findings.every(({ isFine }) => isFine) ? 0 : 1 }
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

const findRole = (asked: string): Role | undefined => roles.find((one) => one === asked)
const noRole = (asked: string): Outcome => ({
  says: `There is no role "${asked}": ${roles.join(' or ')}.`,
  exitCode: 1,
})
const nobody = (name: string): Outcome => ({
  says: `No account has the address, @handle or id ${name}.`,
  exitCode: 1,
})

async function grant(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = findRole(asked)
  if (role === undefined) return noRole(asked)
  const outcome = await withOperator(config, (deps) => grantRole(deps, email, role))
  if (outcome === 'unknown') return nobody(email)
  return {
    says: outcome === 'granted' ? `${email} has the role ${role} now.` : `${email} had the role ${role} already.`,
  }
}

async function revoke(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = findRole(asked)
  if (role === undefined) return noRole(asked)
  const outcome = await withDatabase(config, (database) => revokeRole(database, email, role))
  if (outcome === 'unknown') return nobody(email)
  if (outcome === 'last')
    return { says: `${email} is the last administrator: make somebody else one first.`, exitCode: 1 }
  return { says: outcome === 'revoked' ? `${email} has the role ${role} no more.` : `${email} had no role ${role}.` }
}

async function help(
  config: Config,
  [email = '', asked = 'show']: readonly string[],
  { since: text }: Options,
): Promise<Outcome> {
  if (!(asked in userActs))
    return { says: `There is no act "${asked}": ${Object.keys(userActs).join(', ')}.`, exitCode: 1 }
  const since = text === undefined ? undefined : new Date(String(text))
  if (since && !(asked === 'take-back' && since.getTime() < Date.now()))
    return { says: 'Say it as: user EMAIL take-back --since 2026-01-31T12:00Z, a moment that is past.', exitCode: 2 }
  const says = await withOperator(config, (deps) => helpUser(deps, email, asked as UserAct, since))
  return says === undefined ? nobody(email) : { says }
}

async function auditActs(config: Config): Promise<Outcome> {
  const acts = await withDatabase(config, ({ db }) => describeRecentActs(db))
  return { says: acts.length === 0 ? 'There are none.' : acts.join('\n') }
}

async function webhooksAdd(config: Config, [url = '']: readonly string[]): Promise<Outcome> {
  const keyring = openKeyring(config.keysDir, { create: false })
  const policy = outboundPolicy(config)
  const added = await withDatabase(config, ({ db }) => addWebhook({ db, keyring, outboundPolicy: policy }, url))
  if (added === undefined)
    return {
      says: `${url} is no URL that events may be posted to: https, and public or in OUTBOUND_ALLOW.`,
      exitCode: 1,
    }
  return {
    says: `Events are posted to ${url} from now on.\nid     ${added.id}\nsecret ${added.secret}\nKeep the secret: it is not shown again.`,
  }
}

async function showProviders(config: Config): Promise<Outcome> {
  const patient = { ...config, databaseTimeoutMs: Math.max(config.databaseTimeoutMs, 60_000) }
  return { says: describeProviders(await withDatabase(patient, ({ db }) => countAccounts(db, ownIssuers(config)))) }
}

async function confirmProviderMove(config: Config, [slug = '']: readonly string[]): Promise<Outcome> {
  const outcome = await withOperator(config, (deps) => confirmMove(deps, slug))
  if (outcome === 'unknown') return { says: `No provider ${slug} was registered.`, exitCode: 1 }
  if (outcome === 'not moved') return { says: `${slug} has not moved, or its move was confirmed already.` }
  return { says: `${outcome} connections of ${slug} sign in again at its new place.` }
}

async function webhooksList(config: Config): Promise<Outcome> {
  const all = await withDatabase(config, ({ db }) => listWebhooks(db))
  return { says: all.length === 0 ? 'There are none.' : all.map(({ id, url }) => `${id} ${url}`).join('\n') }
}

async function webhooksRemove(config: Config, [id = '']: readonly string[]): Promise<Outcome> {
  const isRemoved = isUuid(id) && (await withDatabase(config, ({ db }) => removeWebhook(db, id)))
  return isRemoved ? { says: 'No more events are posted there.' } : { says: `There is no webhook ${id}.`, exitCode: 1 }
}

async function importFile(config: Config, [file = '']: readonly string[], options: Options): Promise<Outcome> {
  const wanted = readImport(file, options)
  if ('says' in wanted) return wanted
  // Nobody waits for an answer, and some hundred accounts are one statement.
  const patient = { ...config, databaseTimeoutMs: Math.max(config.databaseTimeoutMs, 60_000) }
  return await withDatabase(patient, async (database) => {
    const { tally, says } = await runImport({ ...database, hashCost: hashCostOf(config) }, wanted)
    const exitCode = tally.refused === 0 ? 0 : 1
    if (tally.accepted === 0 || wanted.isDryRun) return { says, exitCode }
    try {
      // In bulk, not one job an account.
      await openUserIndexer(config, database)?.reindex()
      return { says, exitCode }
    } catch (error) {
      if (!(error instanceof SearchIndexError)) throw error
      return {
        says: `${says}\nThe accounts are there, but not in the search index: ${reasonsOf(error).join(': ')}.`,
        exitCode: 1,
      }
    }
  })
}

async function reindex(config: Config): Promise<Outcome> {
  if (config.meilisearchUrl === undefined)
    return { says: 'PostgreSQL itself is searched: there is nothing to rebuild.' }
  const count = await withDatabase(config, (database) => openUserIndexer(config, database)?.reindex())
  return { says: `${count} users are in the index ${config.meilisearchIndex} now.` }
}

/** With all that changing an account and telling its owner takes. */
function withOperator<Result>(config: Config, act: (deps: OperatorDeps) => Promise<Result>): Promise<Result> {
  return withDatabase(config, async ({ pool, replicas, directUrl }) => {
    const keyring = openKeyring(config.keysDir, { create: false })
    const jobs = await openJobs({ url: directUrl, role: 'sender', log: createLog(config.logLevel) })
    try {
      const heavyReads = openHeavyReads({ pool, poolSize: 1, timeoutMs: config.databaseTimeoutMs })
      const searchIndex = openSearchIndex({ config, heavyReads, jobs })
      return await act({ config, pool, replicas, keyring, jobs, searchIndex })
    } finally {
      await jobs.close()
    }
  })
}

/** With an up-to-date database: the operator's, or the embedded one, which is joined or started here. */
async function withDatabase<Result>(
  config: Config,
  act: (database: OpenedDatabase) => Promise<Result> | Result,
): Promise<Result> {
  await using opened = new AsyncDisposableStack()
  const log = createLog(config.logLevel)
  const urls = await openDatabaseUrls(config, { role: 'guest', log, opened })
  await applyMigrations(urls)
  const database = openDatabase({
    url: urls.main,
    poolSize: 2,
    timeoutMs: config.databaseTimeoutMs,
    onIdleError: () => undefined,
  })
  opened.defer(database.close)
  const channel = openBroadcast('changes', { config, db: database.db, directUrl: urls.direct, log })
  const replicas = openReplicas({ db: database.db, channel, log, memory: undefined })
  opened.defer(replicas.close)
  return await act({ ...database, replicas, directUrl: urls.direct, log })
}
