import pg from 'pg'
import type { Config } from './config.ts'

/** A connection that the configuration asks for. */
export type Way = {
  readonly name: string
  readonly hosts: readonly string[]
  /** Nobody on the way can read along or answer instead. */
  readonly isSafe: boolean
  /** Completes "in the clear: ". */
  readonly risk: string
  readonly remedy: string
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** What a client of pg keeps as `ssl` of what it understood, and leaves out of its types. */
type Tls = boolean | { readonly rejectUnauthorized?: boolean; readonly checkServerIdentity?: unknown }

/** As the driver itself understands it, with whatever is empty, doubled or from the environment. */
function isVerified(connectionString: string): boolean {
  try {
    const { ssl: tls } = new pg.Client({ connectionString }) as unknown as { readonly ssl: Tls }
    if (typeof tls === 'boolean') return tls
    return tls.rejectUnauthorized !== false && tls.checkServerIdentity === undefined
  } catch {
    // A file that it names is not there: the first connection says so.
    return false
  }
}

function postgresWay(name: string, text: string): Way {
  const url = new URL(text)
  // Of several the driver takes the last.
  const host = url.searchParams.getAll('host').at(-1) ?? hostOf(url)
  return {
    name,
    // A socket, or what the driver takes where nothing is named.
    hosts: host === '' || host.startsWith('/') ? [] : [host],
    isSafe: isVerified(text),
    risk: 'accounts and their secrets can be read and changed on the way',
    remedy: 'add ?sslmode=verify-full',
  }
}

function redisWay(text: string): Way {
  const [scheme = '', rest = ''] = text.split('://')
  const hosts = rest.slice(rest.lastIndexOf('@') + 1).split(',')
  return {
    name: 'REDIS_URL',
    hosts: hosts.map((host) => hostOf(new URL(`http://${host}`))),
    // A parameter is an option of the driver, of TLS as well.
    isSafe: scheme === 'rediss' && !/[?&](?:tls|rejectUnauthorized|checkServerIdentity)\b/i.test(rest),
    risk: 'limits can be reset and its password read on the way',
    remedy: scheme !== 'redis+cluster' ? 'use rediss:// without options of TLS' : 'keep a Cluster in a private network',
  }
}

function smtpWay(text: string): Way {
  const url = new URL(text)
  const isTrusting = url.searchParams.get('tls.rejectUnauthorized') === 'false'
  return {
    name: 'SMTP_URL',
    hosts: [hostOf(url)],
    // With a user it insists on STARTTLS.
    isSafe: !isTrusting && (url.protocol === 'smtps:' || url.username !== ''),
    risk: 'mails with their links can be read on the way',
    remedy: isTrusting
      ? 'leave out tls.rejectUnauthorized=false, and name the authority of its certificate in NODE_EXTRA_CA_CERTS'
      : 'use smtps://, or a user and password, which go over STARTTLS only',
  }
}

const httpWay = (name: string, text: string, risk: string): Way => ({
  name,
  hosts: [hostOf(new URL(text))],
  isSafe: text.startsWith('https:'),
  risk,
  remedy: 'use https://',
})

export function* waysOf(config: Config): Generator<Way> {
  const { redisUrl, smtpUrl, workerUrl, meilisearchUrl, fileStoreUrl, breachedPasswordsUrl } = config
  const { otelExporterOtlpEndpoint: traces } = config
  const databases = {
    DATABASE_URL: config.databaseUrl,
    DATABASE_MIGRATION_URL: config.databaseMigrationUrl,
    DATABASE_DIRECT_URL: config.databaseDirectUrl,
  }
  for (const [name, url] of Object.entries(databases)) if (url !== undefined) yield postgresWay(name, url)
  if (redisUrl !== undefined) yield redisWay(redisUrl)
  if (smtpUrl !== undefined) yield smtpWay(smtpUrl)
  if (workerUrl !== undefined) yield httpWay('WORKER_URL', workerUrl, 'WORKER_SECRET can be read on the way')
  if (meilisearchUrl !== undefined)
    yield httpWay('MEILISEARCH_URL', meilisearchUrl, 'its key and who is looked for can be read on the way')
  if (breachedPasswordsUrl?.startsWith('http'))
    yield httpWay(
      'BREACHED_PASSWORDS_URL',
      breachedPasswordsUrl,
      'the first digits of hashes of new passwords can be read on the way, and leaked ones let through',
    )
  const endpoint = new URL(fileStoreUrl).searchParams.get('endpoint')
  if (endpoint !== null && URL.canParse(endpoint))
    yield httpWay('FILE_STORE_URL', endpoint, 'pictures can be changed on the way')
  if (traces !== undefined)
    yield httpWay(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      traces,
      'traces and the credentials of their collector can be read on the way',
    )
}
