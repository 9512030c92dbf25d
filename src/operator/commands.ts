import { rotateSigningKeys } from '../access-tokens/rotate-keys.ts'
import { sealedColumns } from '../accounts/all-rows.ts'
import type { Config } from '../config/config.ts'
import { startWarnings } from '../config/load-config.ts'
import { ownIssuers } from '../config/own-providers.ts'
import { addEncryptionKey, initKeys, openKeyring } from '../crypto/keyring.ts'
import { reseal } from '../db/reseal.ts'
import { reasonsOf } from '../errors/cause.ts'
import { addWebhook, listWebhooks, removeWebhook } from '../events/webhooks.ts'
import { hashCostOf } from '../hashing/argon2.ts'
import { calibrate, describeCalibration } from '../hashing/calibrate.ts'
import { isUuid } from '../http/validation.ts'
import { describeRecentActs } from '../moderation/recent-acts.ts'
import { countAccounts, describeProviders } from '../oauth/count-accounts.ts'
import { confirmMove } from '../oauth/move-provider.ts'
import { outboundPolicy } from '../outbound/policy.ts'
import { createLog } from '../process/log.ts'
import { openUserIndexer } from '../search/index-users.ts'
import { SearchIndexError } from '../search/search-index.ts'
import { type Command, type Options, type Outcome, withDatabase, withOperator } from './command.ts'
import { examine } from './doctor.ts'
import { importOptions, readImport, runImport } from './import/command.ts'
import { userCommands } from './user-commands.ts'

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
  ...userCommands,
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
  const resealed = await withDatabase(config, ({ db }) =>
    reseal(db, openKeyring(keysDir, { create: false }), sealedColumns),
  )
  return {
    says:
      `Access tokens are signed by ${kid} from now on. Secrets that were sealed anew: ${resealed}. Back ` +
      `${keysDir} up.`,
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
    says:
      `Events are posted to ${url} from now on.\nid     ${added.id}\nsecret ${added.secret}\nKeep the ` +
      'secret: it is not shown again.',
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
