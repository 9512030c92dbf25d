import { isIP } from 'node:net'
import { rotateSigningKeys } from '../access-tokens/rotate-keys.ts'
import { sealedColumns } from '../accounts/all-rows.ts'
import type { Config } from '../config/config.ts'
import { startWarnings } from '../config/load-config.ts'
import { describeSettings } from '../config/settings.ts'
import { addEncryptionKey, initKeys, openKeyring } from '../crypto/keyring.ts'
import { reseal } from '../db/reseal.ts'
import { transaction } from '../db/transaction.ts'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'
import { reasonsOf } from '../errors/cause.ts'
import { addWebhook, listWebhooks, removeWebhook } from '../events/webhooks.ts'
import { findOverview } from '../figures/overview.ts'
import { hashCostOf } from '../hashing/argon2.ts'
import { calibrate, describeCalibration } from '../hashing/calibrate.ts'
import { isUuid } from '../http/validation.ts'
import { countAccounts, describeProviders } from '../oauth/count-accounts.ts'
import { confirmMove } from '../oauth/move-provider.ts'
import { outboundPolicy } from '../outbound/policy.ts'
import { findMails, wantedStates } from '../outbox/list.ts'
import { dueNow } from '../outbox/retry.ts'
import { describeRefusals, findRefusals } from '../refusals/find.ts'
import { openUserIndexer } from '../search/index-users.ts'
import { SearchIndexError } from '../search/search-index.ts'
import { printable } from '../text/printable.ts'
import { buildBreached } from './breached/command.ts'
import { type Command, commandLog, type Options, type Outcome, withDatabase, withOperator } from './command.ts'
import { examine } from './doctor.ts'
import { importOptions, readImport, runImport } from './import/command.ts'
import { tallyAsData } from './import/tally.ts'
import { previewMails } from './preview-mails.ts'
import { audit } from './show-audit.ts'
import { userCommands } from './user-commands.ts'

const mostShown = 100

/** The operator's commands: `npm run admin -- NAME`. They join a running server's embedded database, or start it. */
export const commands: Readonly<Record<string, Command>> = {
  ...userCommands,
  audit,
  refusals: {
    group: 'Accounts',
    options: {
      request: { type: 'string', takes: 'ID', about: 'of the request with this X-Request-Id' },
      user: { type: 'string', takes: 'EMAIL', about: 'of this account, or of this address before it has one' },
      code: { type: 'string', takes: 'CODE', about: 'with this code' },
      network: { type: 'string', takes: 'ADDRESS', about: 'from the network of this IP address' },
    },
    does: 'show the last hundred refusals of the last seven days, newest first, with the advice of their codes',
    details: 'A line has the time, the route, the code, the network, the account if there is one, and the request.',
    fails: 'they cannot be read',
    examples: ['refusals --request 019a2b3c-…', 'refusals --user ada@example.com --code user:not_verified'],
    run: showRefusals,
  },
  providers: {
    group: 'Sign-in',
    does: 'count the accounts that each provider opens, and those of them with no other way to sign in',
    fails: 'they cannot be counted',
    run: showProviders,
  },
  'providers confirm-move': {
    group: 'Sign-in',
    parameters: { SLUG: 'name of the provider in paths' },
    does: 'confirm that a provider with a changed address is still the same provider',
    details: 'Its connections work again afterwards.',
    fails: 'no such provider is registered',
    run: confirmProviderMove,
  },
  doctor: {
    group: 'Server',
    does: 'check whether everything that is configured works',
    fails: 'a check has failed',
    run: doctor,
  },
  overview: {
    group: 'Server',
    options: { days: { type: 'string', takes: 'N', about: 'of the last N days, 1 to 365; the default is 30' } },
    does: 'count sign-ups, sign-ins, sessions and mails of each day (UTC), and the errors of the last hour',
    fails: 'they cannot be read',
    run: showOverview,
  },
  settings: {
    group: 'Server',
    does: 'show every variable that is set, where it comes from, and its value unless it is a secret',
    details: 'With --json it prints the others as well, with their defaults.',
    fails: 'a setting is wrong',
    run: async (config) => {
      const all = describeSettings(config)
      const lines = all
        .filter(({ source }) => source !== 'default')
        .map(({ name, source, value = 'set' }) => printable(`${name}=${value} (${source})`))
      return { says: lines.length === 0 ? 'None is set.' : lines.join('\n'), data: all }
    },
  },
  calibrate: {
    group: 'Server',
    does: 'measure what a password hash costs on this machine, and recommend parameters',
    fails: 'nothing can be measured',
    run: async () => {
      const measured = await calibrate()
      return { says: describeCalibration(measured), data: measured }
    },
  },
  mails: {
    group: 'Server',
    parameters: { STATE: 'waiting: to be sent; failed: not sent, and not tried any more' },
    acts: [...wantedStates],
    does: 'list the newest hundred mails that wait or failed, without what they say',
    fails: 'they cannot be read',
    run: showMails,
  },
  'mails retry': {
    group: 'Server',
    parameters: { ID: 'as "mails waiting" shows it' },
    does: 'try a mail that waits again now',
    fails: 'no such mail waits',
    run: tryMailAgain,
  },
  'mails preview': previewMails,
  'keys init': {
    group: 'Server',
    does: 'make the first keys in KEYS_DIR if there are none',
    fails: 'they cannot be written',
    run: makeKeys,
  },
  'keys rotate': {
    group: 'Server',
    does: 'start to sign and encrypt with new keys, without a restart',
    fails: 'the keys cannot be read or written',
    run: rotateKeys,
  },
  migrate: {
    group: 'Data',
    does: 'apply the migrations that the database lacks',
    fails: 'a migration has failed',
    run: migrate,
  },
  reindex: {
    group: 'Data',
    does: 'rebuild the search index of Meilisearch from the database',
    fails: 'the index cannot be written',
    run: reindex,
  },
  'import-accounts': {
    group: 'Data',
    parameters: { FILE: 'export of the other system, or one JSON object a line; - for standard input' },
    options: importOptions,
    does: 'import the accounts of another system (docs/import.md)',
    details: 'With --json it prints a line of JSON for each refused account, and one with the totals at the end.',
    fails: 'an account was refused, or the file cannot be read',
    examples: ['import-accounts --from auth0 --dry-run users.json'],
    run: importFile,
  },
  'breached-passwords build': buildBreached,
  'webhooks add': {
    group: 'Webhooks',
    parameters: { URL: 'https, and public or in OUTBOUND_ALLOW' },
    does: 'post every event of an account to a URL (docs/events.md)',
    details: 'Shows the secret that signs the events, only once.',
    fails: 'events may not be posted there',
    run: webhooksAdd,
  },
  'webhooks list': {
    group: 'Webhooks',
    does: 'show where events are posted to',
    fails: 'they cannot be read',
    run: webhooksList,
  },
  'webhooks remove': {
    group: 'Webhooks',
    parameters: { ID: 'as "webhooks list" shows it' },
    does: 'stop posting events there',
    fails: 'there is no such webhook',
    run: webhooksRemove,
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
      `Access tokens are signed by ${kid} from now on. Secrets that were sealed again: ${resealed}. Back ` +
      `${keysDir} up.`,
  }
}

async function doctor(config: Config): Promise<Outcome> {
  const findings = await examine(config, process.env, commandLog(config))
  const notes = startWarnings(process.env, config)
  const lines = findings.map(({ name, isFine, says }) => `${isFine ? 'fine  ' : 'FAILED'}   ${name}: ${says}`)
  return {
    says: [...lines, ...notes.map((note) => `note     ${note}`)].join('\n'),
    data: { findings, notes },
    exitCode: findings.every(({ isFine }) => isFine) ? 0 : 1,
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

async function showOverview(config: Config, _given: readonly string[], { days = '30' }: Options): Promise<Outcome> {
  const count = /^\d{1,3}$/.test(String(days)) ? Number(days) : 0
  if (count < 1 || count > 365) return { says: 'Write it as: overview --days N, N from 1 to 365.', exitCode: 2 }
  const found = await withDatabase(config, ({ db }) => findOverview(db, count))
  const head = Object.keys(found.days[0] ?? {})
  const rows = [head, ...found.days.map((day) => Object.values(day).map(String))]
  const table = rows.map((row) =>
    row.map((cell, index) => cell.padStart(Math.max(10, head[index]?.length ?? 0))).join('  '),
  )
  const errors = found.errors.map(({ code, count: times }) => `${String(times).padStart(10)}  ${code}`)
  return {
    says: [...table, ...(errors.length === 0 ? [] : ['errors of the last hour:', ...errors])].join('\n'),
    data: found,
  }
}

async function showMails(config: Config, [state = '']: readonly string[]): Promise<Outcome> {
  const wanted = wantedStates.find((one) => one === state)
  if (wanted === undefined) return { says: `There is no state "${state}": ${wantedStates.join(', ')}.`, exitCode: 2 }
  const found = await withDatabase(config, ({ db }) => findMails(db, wanted, { limit: mostShown }))
  const lines = found.map(({ id, created_at: at, purpose, to, state: is, attempts, refusal }) =>
    printable([id, at, purpose, to && `to ${to}`, is, `attempts: ${attempts}`, refusal].filter(Boolean).join(' ')),
  )
  return { says: found.length === 0 ? 'There are none.' : lines.join('\n'), data: found }
}

async function tryMailAgain(config: Config, [id = '']: readonly string[]): Promise<Outcome> {
  const purpose = isUuid(id)
    ? await withOperator(config, ({ pool, jobs }) => transaction(pool, (tx) => dueNow(tx, jobs, id)))
    : undefined
  return purpose === undefined
    ? { says: `No mail ${id} waits.`, exitCode: 1 }
    : { says: `The mail (${purpose}) is tried again now, if a worker runs.` }
}

async function webhooksAdd(config: Config, [url = '']: readonly string[]): Promise<Outcome> {
  const keyring = openKeyring(config.keysDir, { create: false })
  const policy = outboundPolicy(config)
  const added = await withDatabase(config, ({ db }) => addWebhook({ db, keyring, outboundPolicy: policy }, url))
  if (added === undefined)
    return {
      says: `Events may not be posted to ${url}: a URL must be https, and public or in OUTBOUND_ALLOW.`,
      exitCode: 1,
    }
  return {
    data: { ...added, url },
    says:
      `Events are posted to ${url} from now on.\nid     ${added.id}\nsecret ${added.secret}\nKeep the ` +
      'secret: it is not shown again.',
  }
}

async function showRefusals(config: Config, _given: readonly string[], options: Options): Promise<Outcome> {
  const texts = Object.entries(options).filter((one): one is [string, string] => typeof one[1] === 'string')
  const { request: requestId, user: email, code, network: address } = Object.fromEntries(texts)
  if (code !== undefined && !(code in catalogue)) return { says: `There is no code ${code}.`, exitCode: 2 }
  if (address !== undefined && !isIP(address)) return { says: `${address} is no IP address.`, exitCode: 2 }
  const keyring = openKeyring(config.keysDir, { create: false })
  const filter = { requestId, email, code: code as ErrorCode | undefined, address }
  const rows = await withDatabase(config, ({ db }) => findRefusals(db, keyring, filter, { limit: mostShown }))
  const found = rows.map(({ refusal }) => refusal)
  return { says: describeRefusals(found), data: found }
}

async function showProviders(config: Config): Promise<Outcome> {
  const patient = { ...config, databaseTimeoutMs: Math.max(config.databaseTimeoutMs, 60_000) }
  const rows = await withDatabase(patient, ({ db }) => countAccounts(db, config))
  return { says: describeProviders(rows), data: rows }
}

async function confirmProviderMove(config: Config, [slug = '']: readonly string[]): Promise<Outcome> {
  const outcome = await withOperator(config, (deps) => confirmMove(deps, slug))
  if (outcome === 'unknown') return { says: `No provider ${slug} was registered.`, exitCode: 1 }
  if (outcome === 'not moved') return { says: `${slug} has not moved, or its move was confirmed already.` }
  return { says: `${outcome} connections of ${slug} work again with its new address.` }
}

async function webhooksList(config: Config): Promise<Outcome> {
  const all = await withDatabase(config, ({ db }) => listWebhooks(db))
  return { says: all.length === 0 ? 'There are none.' : all.map(({ id, url }) => `${id} ${url}`).join('\n'), data: all }
}

async function webhooksRemove(config: Config, [id = '']: readonly string[]): Promise<Outcome> {
  const isRemoved = isUuid(id) && (await withDatabase(config, ({ db }) => removeWebhook(db, id)))
  return isRemoved ? { says: 'No more events are posted there.' } : { says: `There is no webhook ${id}.`, exitCode: 1 }
}

async function importFile(config: Config, [file = '']: readonly string[], options: Options): Promise<Outcome> {
  const wanted = readImport(file, options)
  if ('says' in wanted) return wanted
  // No request waits for the import, and one statement writes some hundred accounts.
  const patient = { ...config, databaseTimeoutMs: Math.max(config.databaseTimeoutMs, 60_000) }
  return await withDatabase(patient, async (database) => {
    const { tally, says } = await runImport({ ...database, hashCost: hashCostOf(config) }, wanted, {
      isJson: options.json === true,
    })
    const data = tallyAsData(tally)
    if (tally.accepted + tally.known + tally.refused === 0)
      return { says: `There is no account in ${file}.`, data, exitCode: 1 }
    const outcome: Outcome = { says, data, exitCode: tally.refused === 0 ? 0 : 1 }
    if (tally.accepted === 0 || wanted.isDryRun) return outcome
    try {
      // One rebuild is cheaper than one indexing job for each account.
      await openUserIndexer(config, database)?.reindex()
      return outcome
    } catch (error) {
      if (!(error instanceof SearchIndexError)) throw error
      const missed = `The accounts are there, but not in the search index: ${reasonsOf(error).join(': ')}.`
      return { says: `${says}\n${missed}`, data: { ...data, missed }, exitCode: 1 }
    }
  })
}

async function reindex(config: Config): Promise<Outcome> {
  if (config.meilisearchUrl === undefined)
    return { says: 'PostgreSQL itself is searched: there is nothing to rebuild.' }
  const count = await withDatabase(config, (database) => openUserIndexer(config, database)?.reindex())
  return { says: `${count} users are in the index ${config.meilisearchIndex} now.` }
}
