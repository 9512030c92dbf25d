import {
  headerName,
  host,
  hostName,
  hostOrNetwork,
  indexName,
  issuer,
  type Kind,
  languageTag,
  listOf,
  mailbox,
  network,
  oneOf,
  path,
  port,
  rateFactor,
  seconds,
  secret,
  smtpName,
  testIdentity,
  text,
  wholeNumber,
} from './kinds.ts'
import { databaseUrl, postgresUrl } from './postgres-url.ts'
import {
  breachedPasswordsUrl,
  fileStoreUrl,
  httpUrl,
  origin,
  pageOrigin,
  passkeyOrigin,
  redirectTemplate,
  redisUrl,
  smtpUrl,
} from './urls.ts'

type Row = {
  readonly kind: Kind<unknown>
  /** The default as text. `{NAME}` is the value of a variable above; `{cores - 1}` is at least 1. */
  readonly default?: string
  readonly meaning: string
  /** The value may come from a file that NAME_FILE names, and is never shown. */
  readonly secret?: true
}

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>

type Place<Name extends string, Field extends string> = {
  readonly name: Name
  /** The name of its field in the configuration. */
  readonly field: Field
  /** The heading under which it is documented. */
  readonly group: string
}

/** The description of one environment variable. */
export type Variable<Name extends string = string> = Row & Place<Name, string>

function inGroup<const Rows extends Readonly<Record<string, Row>>>(group: string, rows: Rows) {
  const placed = Object.entries(rows).map(([name, row]) => [name, { ...row, name, field: camelCase(name), group }])
  return Object.fromEntries(placed) as {
    readonly [Name in keyof Rows & string]: Rows[Name] & Place<Name, CamelCase<Name>>
  }
}

const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_([a-z0-9])/g, (_, first: string) => first.toUpperCase())

const milliseconds = wholeNumber(100, 60_000)

const server = inGroup('Server', {
  APP_ENV: {
    kind: oneOf('development', 'test', 'production'),
    default: 'development',
    meaning: 'development, test or production',
  },
  HOST: {
    kind: host,
    default: '127.0.0.1',
    meaning: 'address on which the API listens; beyond loopback is refused in development unless SMTP_URL is set',
  },
  PORT: { kind: port, default: '8080', meaning: 'port on which the API listens; 0: a free one' },
  PUBLIC_URL: {
    kind: origin,
    default: 'http://localhost:{PORT}',
    meaning: 'own origin; required in production, there https',
  },
  FRONTEND_URL: {
    kind: origin,
    default: '{PUBLIC_URL}',
    meaning: 'origin of the links in mails; required in production, there https',
  },
  DATA_DIR: { kind: path, default: '.data', meaning: 'folder of the embedded database, the keys and the files' },
  KEYS_DIR: {
    kind: path,
    default: '{DATA_DIR}/keys',
    meaning:
      'keyring: encryption and signing keys by id; made on first start outside production, there by `npm run ' +
      'admin -- keys init`; re-read when it changes',
  },
  LOG_LEVEL: {
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    meaning: 'how much is logged: trace, debug, info, warn, error, fatal or silent',
  },
  LOG_FORMAT: {
    kind: oneOf('auto', 'json', 'text'),
    default: 'auto',
    meaning: '`json` for programs, `text` for people; `auto`: text at a terminal in development, else JSON',
  },
})

const storage = inGroup('PostgreSQL and Redis', {
  DATABASE_URL: {
    kind: databaseUrl,
    secret: true,
    meaning:
      'PostgreSQL 15 or newer; unset: embedded PostgreSQL in DATA_DIR (in production only when set to `embedded`)',
  },
  DATABASE_MIGRATION_URL: {
    kind: postgresUrl,
    secret: true,
    meaning:
      "the role that owns the tables, so that the API's own needs no DDL; unset: DATABASE_DIRECT_URL, else " +
      'DATABASE_URL',
  },
  DATABASE_DIRECT_URL: {
    kind: postgresUrl,
    secret: true,
    meaning: 'a connection without pooler for LISTEN, jobs and migrations; unset: DATABASE_URL',
  },
  DATABASE_POOL_SIZE: {
    kind: wholeNumber(1, 1000),
    default: '10',
    meaning: 'connections to PostgreSQL that an API process keeps for requests',
  },
  DATABASE_TIMEOUT_MS: {
    kind: milliseconds,
    default: '2000',
    meaning: 'milliseconds for one statement or a free connection',
  },
  REDIS_URL: {
    kind: redisUrl,
    secret: true,
    meaning: 'redis://, rediss:// or redis+cluster://host:port,host:port; unset: PostgreSQL does the work',
  },
})

const languages = inGroup('Languages', {
  DEFAULT_LOCALE: {
    kind: languageTag,
    default: 'en',
    meaning: 'language of those for whom there is no other: mails, and the titles of problem documents',
  },
  LOCALES: {
    kind: listOf(languageTag),
    meaning: 'the only languages that are used, such as `en,de`; unset: every one that has all texts',
  },
})

const mail = inGroup('Mail and worker', {
  SMTP_URL: {
    kind: smtpUrl,
    secret: true,
    meaning: 'mail server, smtp:// or smtps://; unset: the built-in inbox, which production refuses',
  },
  MAIL_FROM: {
    kind: mailbox,
    default: 'Postern <postern@localhost>',
    meaning: 'sender of the mails; required in production',
  },
  SMTP_NAME: {
    kind: smtpName,
    meaning:
      'what the mail server is told by EHLO, a name with a dot or an address such as `[192.0.2.1]`; unset: ' +
      "this machine's name, or MAIL_FROM's host where that has no dot",
  },
  MAIL_DELIVERY: {
    kind: oneOf('confirm', 'queue'),
    default: 'confirm',
    meaning:
      'confirm: the request waits for the worker and reports its failures; queue: it answers once the mail is stored',
  },
  WORKER_URL: {
    kind: httpUrl,
    meaning: 'mail and job worker as its own process (`npm run worker`); unset: inside the API process',
  },
  WORKER_SECRET: {
    kind: secret(32),
    secret: true,
    meaning:
      'what API and worker share, 32 characters or more; unset: made at start, for the worker inside the API process',
  },
  WORKER_HOST: { kind: host, default: '127.0.0.1', meaning: 'address on which `npm run worker` listens' },
  WORKER_PORT: { kind: port, default: '8081', meaning: 'port on which `npm run worker` listens' },
  WORKER_TIMEOUT_MS: { kind: milliseconds, default: '5000', meaning: 'milliseconds for a delivery that is waited for' },
})

const browsers = inGroup('Browsers, proxies and limits', {
  CORS_ORIGINS: {
    kind: listOf(pageOrigin),
    default: '{FRONTEND_URL}',
    meaning:
      'exact origins of front ends, comma-separated; in production https, or that of an app ' +
      '(capacitor://localhost, for /v0/app alone)',
  },
  COOKIE_DOMAIN: {
    kind: hostName,
    meaning: "domain of the cookies: PUBLIC_URL's host or a domain above it; unset: that host alone",
  },
  TRUSTED_PROXIES: {
    kind: listOf(network),
    default: '',
    meaning: 'addresses and networks (CIDR) of reverse proxies, comma-separated',
  },
  CLIENT_IP_HEADER: {
    kind: headerName,
    default: 'X-Forwarded-For',
    meaning: "header in which trusted proxies name the client's address",
  },
  RATE_LIMITS: { kind: rateFactor, default: 'on', meaning: 'on, a factor such as 10, or off (refused in production)' },
  TURNSTILE_SECRET: { kind: secret(), secret: true, meaning: 'bot check by Cloudflare Turnstile; unset: off' },
  TURNSTILE_VERIFY_URL: {
    kind: httpUrl,
    default: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    meaning: "where Turnstile's tokens are verified",
  },
  TURNSTILE_TIMEOUT_MS: { kind: milliseconds, default: '3000', meaning: 'milliseconds for one verification' },
})

const passwords = inGroup('Passwords', {
  PASSWORD_MIN_LENGTH: {
    kind: wholeNumber(8, 64),
    default: '12',
    meaning: '8 to 64 characters (NIST SP 800-63B-4 asks 15 where the password is the only factor)',
  },
  BREACHED_PASSWORDS_URL: {
    kind: breachedPasswordsUrl,
    meaning:
      'where new passwords are looked up among those that leaked: a range service, which is told five hex digits of ' +
      "each one's SHA-1 (https://api.pwnedpasswords.com/range), or file:FILE as `breached-passwords build` makes it; " +
      'unset: nowhere',
  },
  BREACHED_PASSWORDS_REQUIRED: {
    kind: oneOf('on', 'off'),
    default: 'off',
    meaning: 'off: a password that cannot be looked up passes; on: it is refused, 503 `password:check_unavailable`',
  },
  BREACHED_PASSWORDS_AT_LOGIN: {
    kind: oneOf('notify', 'off'),
    default: 'off',
    meaning:
      'notify: the password of a sign-in is looked up as well, once, and its owner told by mail if it leaked; nobody ' +
      'waits for that and no sign-in is refused',
  },
  ARGON2_MEMORY_KIB: {
    kind: wholeNumber(8192, 1_048_576),
    default: '19456',
    meaning:
      'memory of one hash in KiB; stored hashes may cost four times as much with their passes ' +
      '(docs/import.md), so lower it in steps',
  },
  ARGON2_TIME_COST: { kind: wholeNumber(1, 10), default: '2', meaning: 'passes of one hash over its memory' },
  ARGON2_CONCURRENCY: {
    kind: wholeNumber(1, 1024),
    default: '{cores - 1}',
    meaning: 'hashes at a time; never less than 1',
  },
})

const lifetimes = inGroup('Lifetimes', {
  SESSION_MEMORY_MIB: {
    kind: wholeNumber(0, 4096),
    default: '32',
    meaning:
      'memory in which each API process keeps live sessions, at most 512 of them a MiB; no answer is older ' +
      'than 30 s, none is older than a change made through Postern; 0: every check asks Redis or PostgreSQL',
  },
  SESSION_IDLE_TTL_SECONDS: {
    kind: seconds,
    default: '604800',
    meaning: 'a session ends when it was not used for so long',
  },
  SESSION_ABSOLUTE_TTL_SECONDS: {
    kind: seconds,
    default: '2592000',
    meaning: 'a session ends after so long in any case',
  },
  SIGNUP_TTL_SECONDS: { kind: seconds, default: '86400', meaning: 'how long a sign-up waits for its verification' },
  EVENTS_KEEP_DAYS: {
    kind: wholeNumber(1, 36_500),
    default: '400',
    meaning:
      'security events of accounts are kept so many days; those of no account, failed sign-ins with unknown ' +
      'addresses, 30 at most',
  },
  EMAIL_VERIFICATION_TTL_SECONDS: {
    kind: seconds,
    default: '3600',
    meaning: 'lifetime of the link that verifies an address',
  },
  DEVICE_GATE: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning:
      'on: a password alone, from a device that is new to the account, needs a link that is mailed; off: it signs in',
  },
  DEVICE_VERIFY_TTL_SECONDS: {
    kind: seconds,
    default: '1800',
    meaning: 'lifetime of the link that confirms a new device',
  },
  PASSWORD_RESET_TTL_SECONDS: {
    kind: seconds,
    default: '900',
    meaning: 'lifetime of the link that resets a password',
  },
  EMAIL_CHANGE_TTL_SECONDS: {
    kind: seconds,
    default: '900',
    meaning: 'lifetime of the link that confirms a new address',
  },
  EMAIL_UNDO_TTL_SECONDS: {
    kind: seconds,
    default: '604800',
    meaning: 'lifetime of the link that brings the old address back',
  },
  ACCOUNT_DELETION_TTL_SECONDS: {
    kind: seconds,
    default: '1800',
    meaning: 'lifetime of the link that confirms a deletion',
  },
  ACCESS_TOKEN_TTL_SECONDS: { kind: seconds, default: '300', meaning: 'lifetime of an access token' },
  REFRESH_TOKEN_TTL_SECONDS: {
    kind: seconds,
    default: '2592000',
    meaning: 'lifetime of a refresh token',
  },
})

const proofs = inGroup('Access tokens and TOTP', {
  JWT_AUDIENCE: {
    kind: listOf(text),
    default: '',
    meaning: 'further audiences of access tokens, comma-separated',
  },
  TOTP_ISSUER: { kind: issuer, default: 'Postern', meaning: 'label in authenticator apps' },
  TOTP_LOGIN_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a login waits for its code',
  },
})

const mailedCodes = inGroup('Sign-in by e-mail', {
  EMAIL_SIGN_IN: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning:
      'on: whoever reads the mails of an account signs in by a mailed link or code; off: there are no such routes',
  },
  EMAIL_SIGN_UP: {
    kind: oneOf('on', 'off'),
    default: 'off',
    meaning:
      'on: a mailed link or code signs new people up, and a sign-up needs no password; off: it signs in whoever has ' +
      'an account',
  },
  EMAIL_SIGN_IN_TTL_SECONDS: {
    kind: seconds,
    default: '600',
    meaning: 'lifetime of the link and code that sign in',
  },
  EMAIL_RESEND_AFTER_SECONDS: {
    kind: seconds,
    default: '60',
    meaning: 'how long after a mail with a code the same code may be mailed again',
  },
  MAIL_CODES: {
    kind: listOf(oneOf('sign_in', 'verify_email', 'none')),
    default: 'sign_in,verify_email',
    meaning: 'which mails have six digits beside their link, comma-separated: sign_in, verify_email; or none',
  },
  DEVICE_GATE_MAIL: {
    kind: oneOf('link', 'code', 'both'),
    default: 'link',
    meaning:
      'what a new device is confirmed by: link, code or both; a code lets in the device that asked, and so whoever ' +
      'knows the password and talks its owner out of six digits (docs/mailed-codes.md)',
  },
})

const passkeys = inGroup('Passkeys', {
  PASSKEY_RP_ID: {
    kind: hostName,
    meaning:
      'domain that passkeys belong to: the host of the front ends or one above it; whoever changes it makes every ' +
      'passkey void unless the old one is in PASSKEY_FORMER_RP_IDS (docs/operate.md); unset: COOKIE_DOMAIN where ' +
      "FRONTEND_URL is under it, else FRONTEND_URL's host",
  },
  PASSKEY_RP_NAME: { kind: text, default: '{TOTP_ISSUER}', meaning: 'what old authenticators show beside the account' },
  PASSKEY_ORIGINS: {
    kind: listOf(passkeyOrigin),
    default: '{FRONTEND_URL}',
    meaning:
      'exact origins of the pages and apps that use passkeys, comma-separated: https://… or ' +
      'android:apk-key-hash:…; an iOS app has that of PASSKEY_RP_ID; pages elsewhere than there are listed at ' +
      "/.well-known/webauthn, where PASSKEY_RP_ID is PUBLIC_URL's host",
  },
  PASSKEY_FORMER_RP_IDS: {
    kind: listOf(hostName),
    default: '',
    meaning: 'domains whose passkeys still sign in although new ones belong to PASSKEY_RP_ID, comma-separated',
  },
  PASSKEY_SIGNALS: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning:
      'on: a passkey that is not known is answered so that the browser may forget it; off: as a wrong one, for a ' +
      'while after a restore, which does not know the newest passkeys (docs/operate.md)',
  },
  PASSKEY_CHALLENGE_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a passkey may take to answer',
  },
})

const oauth = inGroup('OAuth', {
  GITHUB_CLIENT_ID: { kind: text, meaning: "Postern's id at GitHub; unset: no sign-in with GitHub" },
  GITHUB_CLIENT_SECRET: { kind: secret(), secret: true, meaning: 'the secret to GITHUB_CLIENT_ID' },
  GITHUB_URL: {
    kind: httpUrl,
    default: 'https://github.com',
    meaning: 'pages of GitHub; another with GitHub Enterprise',
  },
  GITHUB_API_URL: {
    kind: httpUrl,
    default: 'https://api.github.com',
    meaning: 'API of GitHub; another with GitHub Enterprise',
  },
  GITHUB_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'avatars.githubusercontent.com',
    meaning: "hosts of GitHub's pictures, comma-separated",
  },
  GOOGLE_CLIENT_ID: { kind: text, meaning: "Postern's id at Google; unset: no sign-in with Google" },
  GOOGLE_CLIENT_SECRET: { kind: secret(), secret: true, meaning: 'the secret to GOOGLE_CLIENT_ID' },
  GOOGLE_AUDIENCES: {
    kind: listOf(text),
    default: '',
    meaning:
      'client ids of your apps (Android, iOS): ID tokens for them pass as those for GOOGLE_CLIENT_ID do, ' +
      'comma-separated',
  },
  GOOGLE_ISSUER: {
    kind: httpUrl,
    default: 'https://accounts.google.com',
    meaning: "issuer of Google's ID tokens",
  },
  GOOGLE_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'lh3.googleusercontent.com',
    meaning: "hosts of Google's pictures, comma-separated",
  },
  OAUTH_REDIRECT_URL: {
    kind: redirectTemplate,
    default: '{FRONTEND_URL}/account/oauth/{provider}/callback',
    meaning: 'where providers send the browser',
  },
  OAUTH_REDIRECT_ALLOW: {
    kind: listOf(origin),
    default: '{FRONTEND_URL}',
    meaning: 'origins that redirect_to may name, comma-separated',
  },
  OAUTH_STATE_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long the way through a provider may take',
  },
  OAUTH_PENDING_TTL_SECONDS: {
    kind: seconds,
    default: '600',
    meaning: 'how long a sign-up through a provider waits for its handle',
  },
  OUTBOUND_ALLOW: {
    kind: listOf(hostOrNetwork),
    default: '',
    meaning: 'hosts and networks that providers, pictures and webhooks may reach although not public, comma-separated',
  },
})

const content = inGroup('Search and files', {
  MEILISEARCH_URL: { kind: httpUrl, meaning: 'search engine; unset: PostgreSQL trigram search' },
  MEILISEARCH_API_KEY: {
    kind: secret(),
    secret: true,
    meaning: 'its key for documents, settings, indexes and tasks; the worker uses it',
  },
  MEILISEARCH_SEARCH_API_KEY: {
    kind: secret(),
    secret: true,
    meaning: 'its key with which the API searches, and that may do nothing else; unset: MEILISEARCH_API_KEY',
  },
  MEILISEARCH_INDEX: { kind: indexName, default: 'users', meaning: 'its index' },
  FILE_STORE_URL: {
    kind: fileStoreUrl,
    default: 'file:{DATA_DIR}/files',
    meaning:
      'where pictures lie: file:FOLDER, or s3://bucket with ?endpoint=URL and &region=NAME; API and worker ' +
      'must share it',
  },
  S3_ACCESS_KEY_ID: { kind: secret(), secret: true, meaning: 'who asks an S3 file store' },
  S3_SECRET_ACCESS_KEY: { kind: secret(), secret: true, meaning: 'the secret to S3_ACCESS_KEY_ID' },
})

const observability = inGroup('Observability', {
  METRICS_PORT: {
    kind: port,
    meaning: 'port of GET /metrics on its own, at HOST and for everybody who reaches it; unset: off',
  },
  METRICS_TOKEN: {
    kind: secret(),
    secret: true,
    meaning: 'bearer with which the API answers GET /metrics; unset: it does not',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    kind: httpUrl,
    meaning: 'OpenTelemetry collector that takes traces over OTLP/HTTP, without /v1/traces; unset: nothing is traced',
  },
})

const development = inGroup('Development', {
  TEST_IDENTITIES: {
    kind: listOf(testIdentity),
    default: '',
    meaning:
      'addresses whose mailed codes are always the same, for tests of a front end and reviews of an app, ' +
      'comma-separated: review@example.com:123456; refused in production',
  },
  FORCE_TOKEN: {
    kind: secret(32),
    secret: true,
    meaning:
      'who sends it as X-Postern-Force-Token may force answers (docs/error-lab.md), and nobody else; 32 characters ' +
      "or more, since wrong ones are not counted; unset: this machine's own user, as whom a proxy that adds no " +
      'header (HAProxy, nginx) may let others in; refused in production, which forces none',
  },
})

/** Every variable that Postern reads, in the order of the documentation. A default may refer to variables above. */
export const variables = {
  ...server,
  ...storage,
  ...languages,
  ...mail,
  ...browsers,
  ...passwords,
  ...lifetimes,
  ...proofs,
  ...mailedCodes,
  ...passkeys,
  ...oauth,
  ...content,
  ...observability,
  ...development,
}

export type VariableName = keyof typeof variables
/** The same rows as a list, in their order. */
export const variableList: readonly Variable<VariableName>[] = Object.values(variables)
