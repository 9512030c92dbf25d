import { count, countDistinct, isNull, sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { apkKeyDigests, listedOrigins, passkeyPages, rpIdOf, workingRpIds } from '../config/relying-party.ts'
import type { Database } from '../db/database.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { type Outbound, type OutboundReply, openOutbound } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import { outboundPolicy } from '../outbound/policy.ts'
import { printable } from '../text/printable.ts'
import type { Check } from './check.ts'
import { withDatabase } from './doctor-database.ts'

type Ask = Outbound['askGuarded']

/** Checks that every stored passkey can still sign in, and the files that browsers and Android read at the domain. */
export function passkeyChecks(config: Config, log: FastifyBaseLogger): Check[] {
  const atDomain = (remedy: string) => `${rpIdOf(config)} must be public or in OUTBOUND_ALLOW; ${remedy}`
  return [
    {
      name: 'passkeys',
      remedy: 'see DATABASE_URL, and docs/operate.md (Passkeys)',
      run: () => withDatabase(config, log, (db) => checkDomains(config, db)),
    },
    ...(listedOrigins(config).length === 0
      ? []
      : [
          {
            name: 'related origins',
            remedy: atDomain('its proxy must pass this path to Postern unchanged'),
            run: () => asking(config, (ask) => checkRelatedOrigins(config, ask)),
          },
        ]),
    ...(apkKeyDigests(config).length === 0
      ? []
      : [
          {
            name: 'Android apps',
            remedy: atDomain('see docs/operate.md (Passkeys)'),
            run: () => asking(config, (ask) => checkAndroidApps(config, ask)),
          },
        ]),
  ]
}

async function asking(config: Config, act: (ask: Ask) => Promise<string>): Promise<string> {
  const outbound = openOutbound(outboundPolicy(config))
  try {
    return await act(outbound.askGuarded)
  } finally {
    await outbound.close()
  }
}

const howMany = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`

/**
 * Counts the passkeys of each domain.
 * @throws if some belong to a domain that is no longer configured: browsers do not offer them and the server refuses
 * their answers
 */
export async function checkDomains(config: Config, db: Database): Promise<string> {
  const { rows } = await db.execute<{ name: string | null }>(sql`select to_regclass('passkeys')::text as name`)
  const found = rows[0]?.name ? await countByDomain(db) : []
  const working = workingRpIds(config)
  const dead = found.filter(({ domain }) => !working.includes(domain))
  if (dead.length > 0) {
    const former = [...config.passkeyFormerRpIds, ...dead.map(({ domain }) => domain)]
    throw new Error(
      `${dead.map(describeDomain).join(', ')}: these can no longer sign in; set ` +
        `PASSKEY_FORMER_RP_IDS=${former.join(',')}, or set PASSKEY_RP_ID back to its ` +
        `former value (it is now ${rpIdOf(config)})`,
    )
  }
  return found.length === 0
    ? `there are none yet; new ones will belong to ${rpIdOf(config)}`
    : found.map(describeDomain).join(', ')
}

type Counted = { readonly domain: string; readonly passkeys: number; readonly accounts: number }

const countByDomain = (db: Database): Promise<Counted[]> =>
  db
    .select({ domain: passkeys.rpId, passkeys: count(), accounts: countDistinct(passkeys.userId) })
    .from(passkeys)
    .where(isNull(passkeys.deletedAt))
    .groupBy(passkeys.rpId)
    .orderBy(passkeys.rpId)

const describeDomain = ({ domain, passkeys, accounts }: Counted): string =>
  `${howMany(passkeys, 'passkey')} of ${howMany(accounts, 'account')} at ${domain}`

/** Bytes of a file at the domain; browsers read less. */
const mostBytes = 256 * 1024

async function askDomain(config: Config, ask: Ask, file: string): Promise<OutboundReply> {
  const url = `https://${rpIdOf(config)}/.well-known/${file}`
  const reply = await ask(url, { mostBytes })
  if (reply.status !== 200) throw new Error(`${url} answers with status ${reply.status}`)
  const type = String(reply.headers['content-type'])
  if (!/^application\/json\s*(?:;|$)/i.test(type))
    throw new Error(`${url} answers with ${type} instead of application/json`)
  return reply
}

const relatedFile = z.object({ origins: z.array(z.string()) })

/** Surplus origins that the message names, since the file may come from another server and be long. */
const mostNamed = 5

/** https://www.w3.org/TR/webauthn-3/#sctn-related-origins */
export async function checkRelatedOrigins(config: Config, ask: Ask): Promise<string> {
  const read = relatedFile.safeParse(readJson(await askDomain(config, ask, 'webauthn')))
  if (!read.success) throw new Error('the answer is not a list of origins')
  const { origins } = read.data
  const wanted = listedOrigins(config)
  const pages = passkeyPages(config).map(({ origin }) => origin)
  const missing = wanted.filter((origin) => !origins.includes(origin))
  const surplus = origins.filter((origin) => !pages.includes(origin))
  const differences = [
    ...(missing.length > 0 ? [`${missing.join(', ')} is not listed, so browsers refuse its passkeys`] : []),
    ...(surplus.length > 0
      ? [`it has ${surplus.slice(0, mostNamed).map(printable).join(', ')}, which is not in PASSKEY_ORIGINS`]
      : []),
  ]
  if (differences.length > 0) throw new Error(differences.join('; '))
  return `${rpIdOf(config)} lists ${wanted.join(', ')}`
}

const relation = 'delegate_permission/common.get_login_creds'

const appStatement = z.object({
  relation: z.array(z.unknown()),
  target: z.object({ namespace: z.literal('android_app'), sha256_cert_fingerprints: z.array(z.string()) }),
})

/** https://developer.android.com/identity/sign-in/credential-manager */
export async function checkAndroidApps(config: Config, ask: Ask): Promise<string> {
  const list = readJson(await askDomain(config, ask, 'assetlinks.json'))
  if (!Array.isArray(list)) throw new Error('the answer is not a list of statements')
  const apps = list.flatMap((one) => appStatement.safeParse(one).data ?? [])
  const named = apps
    .filter((one) => one.relation.includes(relation))
    .flatMap(({ target }) => target.sha256_cert_fingerprints.map((one) => one.toUpperCase()))
  const missing = apkKeyDigests(config)
    .map(asFingerprint)
    .filter((one) => !named.includes(one))
  if (missing.length > 0) throw new Error(`assetlinks.json has no statement with ${relation} for ${missing.join(', ')}`)
  return `${rpIdOf(config)} names every certificate in PASSKEY_ORIGINS`
}

/** Upper-case hex pairs joined by colons, as Google's tools write a certificate's SHA-256. */
const asFingerprint = (digest: Buffer): string => (digest.toString('hex').toUpperCase().match(/../g) ?? []).join(':')
