import pg from 'pg'
import type { Config } from './config.ts'

/** A connection that the configuration makes the server open. */
export type Way = {
  readonly name: string
  readonly hosts: readonly string[]
  /** Whether verified TLS keeps others on the network from reading along or answering instead. */
  readonly isSafe: boolean
  /** Completes the warning "NAME leads elsewhere without TLS that is verified: …". */
  readonly risk: string
  readonly remedy: string
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** The property `ssl` of a pg client, which is missing in its types. */
type Tls = boolean | { readonly rejectUnauthorized?: boolean; readonly checkServerIdentity?: unknown }

/** Asks the driver itself, which also knows parameters that are empty, doubled or from the environment. */
function isVerified(connectionString: string): boolean {
  try {
    // What the driver made of the parameters is a member that its types leave out.
    const { ssl: tls } = new pg.Client({ connectionString }) as unknown as { readonly ssl: Tls }
    if (typeof tls === 'boolean') return tls
    return tls.rejectUnauthorized !== false && tls.checkServerIdentity === undefined
  } catch {
    // A file that the URL names cannot be read; the first connection will report it.
    return false
  }
}

function postgresWay(name: string, text: string): Way {
  const url = new URL(text)
  // The driver uses the last of several `host` parameters.
  const host = url.searchParams.getAll('host').at(-1) ?? hostOf(url)
  return {
    name,
    // The host is a socket's folder, or none is named and the driver uses its default.
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
    // Parameters become options of the driver, and some of them weaken TLS.
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
    // If the URL has a user, the mail client insists on STARTTLS.
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
