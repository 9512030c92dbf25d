import { domainSet } from './domain-set.ts'
import {
  address,
  appName,
  color,
  headerName,
  holdingSecret,
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
  type SecretKind,
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
  /** The default as text. `{NAME}` is the value of a variable above; `{cores - 1}` is at least 1. */
  readonly default?: string
  readonly meaning: string
} & (
  | { readonly kind: Kind<unknown> & { readonly holdsSecret?: never }; readonly secret?: never }
  /** The value may come from a file that NAME_FILE names, and is never shown. */
  | { readonly kind: SecretKind<unknown>; readonly secret: true }
)

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
    meaning: 'address that the API listens on; in development it must be a loopback address unless SMTP_URL is set',
  },
  PORT: { kind: port, default: '8080', meaning: 'port that the API listens on; 0: any free port' },
  PUBLIC_URL: {
    kind: origin,
    default: 'http://localhost:{PORT}',
    meaning: 'origin of this server; required in production, and must be https there',
  },
  FRONTEND_URL: {
    kind: origin,
    default: '{PUBLIC_URL}',
    meaning: 'origin of the links in mails; required in production, and must be https there',
  },
  DATA_DIR: { kind: path, default: '.data', meaning: 'folder for the embedded database, the keys and the files' },
  KEYS_DIR: {
    kind: path,
    default: '{DATA_DIR}/keys',
    meaning:
      'folder of the encryption and signing keys; created on first start, except in production: run `npm run admin ' +
      '-- keys init` there; changes are picked up without a restart',
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
    kind: holdingSecret(databaseUrl),
    secret: true,
    meaning:
      'URL of PostgreSQL 15 or newer; unset: embedded PostgreSQL in DATA_DIR (in production, set `embedded` for that)',
  },
  DATABASE_MIGRATION_URL: {
    kind: holdingSecret(postgresUrl),
    secret: true,
    meaning:
      "URL with the role that owns the tables, so that the API's role needs no right to change them; unset: " +
      'DATABASE_DIRECT_URL, or else DATABASE_URL',
  },
  DATABASE_DIRECT_URL: {
    kind: holdingSecret(postgresUrl),
    secret: true,
    meaning: 'URL without a pooler, for LISTEN, jobs and migrations; unset: DATABASE_URL',
  },
  DATABASE_POOL_SIZE: {
    kind: wholeNumber(1, 1000),
    default: '10',
    meaning: 'number of PostgreSQL connections that each API process uses for requests',
  },
  DATABASE_TIMEOUT_MS: {
    kind: milliseconds,
    default: '2000',
    meaning: 'how many milliseconds a statement may take, and a request may wait for a connection',
  },
  REDIS_URL: {
    kind: holdingSecret(redisUrl),
    secret: true,
    meaning: 'redis://, rediss:// or redis+cluster://host:port,host:port; unset: PostgreSQL takes over its work',
  },
})

const languages = inGroup('Languages and brand', {
  DEFAULT_LOCALE: {
    kind: languageTag,
    default: 'en',
    meaning: 'language of those for whom there is no other: mails, and the titles of problem documents',
  },
  LOCALES: {
    kind: listOf(languageTag),
    meaning: 'the only languages that are used, such as `en,de`; unset: every one that has all texts',
  },
  APP_NAME: { kind: appName, meaning: 'the name at the top of the mails; unset: none' },
  BRAND_LOGO: {
    kind: path,
    meaning:
      'file of the picture at the top of the mails, where APP_NAME stands otherwise: PNG, JPEG or GIF, of at most ' +
      '10,000 bytes and 1,000 pixels a side; unset: none',
  },
  BRAND_COLOR: {
    kind: color,
    default: '#2f5bd0',
    meaning: 'colour of the buttons in mails, `#rrggbb`; their text is white or black, whichever can be read on it',
  },
  SUPPORT_EMAIL: {
    kind: address,
    meaning: 'where users can ask for help, named at the foot of the mails; unset: nowhere',
  },
  MAIL_TEXTS_DIR: {
    kind: path,
    meaning: 'folder of your own texts for mails, such as `de.json`, in place of ours (docs/languages.md); unset: ours',
  },
})

const mail = inGroup('Mail and worker', {
  SMTP_URL: {
    kind: holdingSecret(smtpUrl),
    secret: true,
    meaning: 'mail server, smtp:// or smtps://; unset: the built-in inbox (not allowed in production)',
  },
  MAIL_FROM: {
    kind: mailbox,
    default: 'Postern <postern@localhost>',
    meaning: 'sender of all mails; required in production',
  },
  SMTP_NAME: {
    kind: smtpName,
    meaning:
      'name to send to the mail server in EHLO: a name with a dot, or an address such as `[192.0.2.1]`; unset: the ' +
      'name of this machine, or the host of MAIL_FROM if that name has no dot',
  },
  MAIL_DELIVERY: {
    kind: oneOf('confirm', 'queue'),
    default: 'confirm',
    meaning:
      'confirm: the request waits until the mail is sent, and reports failures; queue: it answers once the mail is ' +
      'stored',
  },
  WORKER_URL: {
    kind: httpUrl,
    meaning:
      'URL of a separate worker process (`npm run worker`) for mails and jobs; unset: the worker runs in the API ' +
      'process',
  },
  WORKER_SECRET: {
    kind: secret(32),
    secret: true,
    meaning:
      'secret shared by API and worker, at least 32 characters; unset: created at start, for a worker in the API ' +
      'process',
  },
  WORKER_HOST: { kind: host, default: '127.0.0.1', meaning: 'address that `npm run worker` listens on' },
  WORKER_PORT: { kind: port, default: '8081', meaning: 'port that `npm run worker` listens on' },
  WORKER_TIMEOUT_MS: {
    kind: milliseconds,
    default: '5000',
    meaning: 'how many milliseconds a request waits for the worker to send a mail',
  },
})

const browsers = inGroup('Browsers, proxies and limits', {
  CORS_ORIGINS: {
    kind: listOf(pageOrigin),
    default: '{FRONTEND_URL}',
    meaning:
      'exact origins of front ends, comma-separated; in production they must be https, or the origin of an app ' +
      '(capacitor://localhost, which may call only /v0/app)',
  },
  COOKIE_DOMAIN: {
    kind: hostName,
    meaning: 'domain of the cookies: the host of PUBLIC_URL or a parent domain; unset: only that host',
  },
  TRUSTED_PROXIES: {
    kind: listOf(network),
    default: '',
    meaning: 'addresses and networks (CIDR) of your reverse proxies, comma-separated',
  },
  CLIENT_IP_HEADER: {
    kind: headerName,
    default: 'X-Forwarded-For',
    meaning: "header with the client's address, as set by trusted proxies",
  },
  RATE_LIMITS: {
    kind: rateFactor,
    default: 'on',
    meaning: 'on, a factor such as 10, or off (not allowed in production)',
  },
  TURNSTILE_SECRET: {
    kind: secret(),
    secret: true,
    meaning: 'secret key of Cloudflare Turnstile, which checks for bots; unset: no bot check',
  },
  TURNSTILE_VERIFY_URL: {
    kind: httpUrl,
    default: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    meaning: 'URL that verifies Turnstile tokens',
  },
  TURNSTILE_TIMEOUT_MS: {
    kind: milliseconds,
    default: '3000',
    meaning: 'how many milliseconds one verification may take',
  },
})

const administration = inGroup('Administration', {
  CONSOLE: {
    kind: oneOf('on', 'off'),
    meaning:
      'on: administrators can open the console, the page at /console and the routes behind it (docs/console.md); ' +
      'off: these do not exist; unset: on, but off in production',
  },
  CONSOLE_PORT: {
    kind: port,
    meaning:
      'separate port for the console, on HOST; the page and /v0/admin are then only there, and PORT does not know ' +
      'them; unset: PORT',
  },
  CONSOLE_ALLOW: {
    kind: listOf(network),
    default: '',
    meaning:
      'the only addresses and networks (CIDR) that the console and /v0/admin exist for, comma-separated; unset: any',
  },
  IMPERSONATION: {
    kind: oneOf('off', 'event', 'mail'),
    default: 'off',
    meaning:
      'whether administrators can enter the account of a user from the console, for an hour at most ' +
      '(docs/impersonation.md): event: the history of the account says so; mail: its owner is mailed as well',
  },
})

const signUp = inGroup('Sign-up', {
  SIGN_UP: {
    kind: oneOf('open', 'invite', 'closed'),
    default: 'open',
    meaning:
      'who can make an account: open: everybody; invite: whoever was invited; closed: nobody, but for the command ' +
      'line (docs/sign-up.md)',
  },
  SIGN_UP_DOMAINS: {
    kind: domainSet,
    default: '',
    meaning:
      'the only domains that addresses of new accounts may have, each with all below it: a comma-separated list, or ' +
      '@FILE with one a line; unset: any',
  },
  SIGN_UP_DENY_DOMAINS: {
    kind: domainSet,
    default: '',
    meaning: 'domains that addresses of new accounts must not have, in the same form; counts before SIGN_UP_DOMAINS',
  },
})

const passwords = inGroup('Passwords', {
  PASSWORD_MIN_LENGTH: {
    kind: wholeNumber(8, 64),
    default: '12',
    meaning: 'minimum length of a password, 8 to 64 (NIST SP 800-63B-4 asks for 15 if the password is the only factor)',
  },
  BREACHED_PASSWORDS_URL: {
    kind: breachedPasswordsUrl,
    meaning:
      'where to look up whether a new password has leaked: a range service, which receives five hex digits of its ' +
      'SHA-1 (https://api.pwnedpasswords.com/range), or file:FILE, made by `breached-passwords build`; unset: no ' +
      'lookup',
  },
  BREACHED_PASSWORDS_REQUIRED: {
    kind: oneOf('on', 'off'),
    default: 'off',
    meaning: 'off: a password is accepted if the lookup fails; on: it is refused with 503 `password:check_unavailable`',
  },
  BREACHED_PASSWORDS_AT_LOGIN: {
    kind: oneOf('notify', 'off'),
    default: 'off',
    meaning:
      'notify: also look up the password after a sign-in, once, and mail the owner if it has leaked; the sign-in ' +
      'neither waits for this nor is refused',
  },
  ARGON2_MEMORY_KIB: {
    kind: wholeNumber(8192, 1_048_576),
    default: '19456',
    meaning:
      'memory of one hash in KiB; a stored hash may cost at most four times as much, memory times passes ' +
      '(docs/import.md), so lower it in steps',
  },
  ARGON2_TIME_COST: { kind: wholeNumber(1, 10), default: '2', meaning: 'number of passes of one hash over its memory' },
  ARGON2_CONCURRENCY: {
    kind: wholeNumber(1, 1024),
    default: '{cores - 1}',
    meaning: 'number of hashes computed at the same time; at least 1',
  },
})

const lifetimes = inGroup('Lifetimes', {
  SESSION_MEMORY_MIB: {
    kind: wholeNumber(0, 4096),
    default: '32',
    meaning:
      'memory for live sessions in each API process, at most 512 sessions per MiB; a cached session is at most 30 s ' +
      'old, and changes made through Postern take effect at once; 0: every check asks Redis or PostgreSQL',
  },
  SESSION_IDLE_TTL_SECONDS: {
    kind: seconds,
    default: '604800',
    meaning: 'a session ends after this time without use',
  },
  SESSION_ABSOLUTE_TTL_SECONDS: {
    kind: seconds,
    default: '2592000',
    meaning: 'a session ends after this time in any case',
  },
  SIGNUP_TTL_SECONDS: { kind: seconds, default: '86400', meaning: 'how long a sign-up waits for its verification' },
  EVENTS_KEEP_DAYS: {
    kind: wholeNumber(1, 36_500),
    default: '400',
    meaning:
      'how many days the security events of accounts are kept; those without an account (failed sign-ins with ' +
      'unknown addresses) are kept for at most 30',
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
      'on: a sign-in with only a password from a new device must be confirmed by a mailed link; off: it needs no link',
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
    meaning: 'lifetime of the link that restores the old address',
  },
  ACCOUNT_DELETION_TTL_SECONDS: {
    kind: seconds,
    default: '1800',
    meaning: 'lifetime of the link that confirms the deletion of an account',
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
    meaning: 'additional audiences of access tokens, comma-separated',
  },
  TOTP_ISSUER: { kind: issuer, default: 'Postern', meaning: 'name of your service in authenticator apps' },
  TOTP_LOGIN_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a sign-in waits for its second factor',
  },
})

const mailedCodes = inGroup('Sign-in by e-mail', {
  EMAIL_SIGN_IN: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning: 'on: users can sign in by a mailed link or code; off: these routes do not exist',
  },
  EMAIL_SIGN_UP: {
    kind: oneOf('on', 'off'),
    default: 'off',
    meaning:
      'on: new users can sign up by a mailed link or code, and a sign-up needs no password; off: only existing ' +
      'accounts can sign in this way',
  },
  EMAIL_SIGN_IN_TTL_SECONDS: {
    kind: seconds,
    default: '600',
    meaning: 'lifetime of a mailed sign-in link or code',
  },
  EMAIL_RESEND_AFTER_SECONDS: {
    kind: seconds,
    default: '60',
    meaning: 'how long to wait before the same code can be mailed again',
  },
  MAIL_CODES: {
    kind: listOf(oneOf('sign_in', 'verify_email', 'none')),
    default: 'sign_in,verify_email',
    meaning: 'which mails contain a six-digit code as well as a link, comma-separated: sign_in, verify_email; or none',
  },
  DEVICE_GATE_MAIL: {
    kind: oneOf('link', 'code', 'both'),
    default: 'link',
    meaning:
      'how a new device is confirmed: link, code or both; a code signs in the device that asked for it, so an ' +
      'attacker who knows the password may talk the owner into giving it away (docs/mailed-codes.md)',
  },
})

const passkeys = inGroup('Passkeys', {
  PASSKEY_RP_ID: {
    kind: hostName,
    meaning:
      'domain that passkeys belong to: the host of the front ends or a parent domain; if you change it, existing ' +
      'passkeys stop working unless the old domain is in PASSKEY_FORMER_RP_IDS (docs/operate.md); unset: ' +
      'COOKIE_DOMAIN if FRONTEND_URL is under it, otherwise the host of FRONTEND_URL',
  },
  PASSKEY_RP_NAME: {
    kind: text,
    default: '{TOTP_ISSUER}',
    meaning: 'name of your service that older authenticators show',
  },
  PASSKEY_ORIGINS: {
    kind: listOf(passkeyOrigin),
    default: '{FRONTEND_URL}',
    meaning:
      'exact origins of the pages and apps that use passkeys, comma-separated: https://… or ' +
      'android:apk-key-hash:…; an iOS app uses the origin of PASSKEY_RP_ID; pages on other domains are listed at ' +
      '/.well-known/webauthn if PASSKEY_RP_ID is the host of PUBLIC_URL',
  },
  PASSKEY_FORMER_RP_IDS: {
    kind: listOf(hostName),
    default: '',
    meaning: 'earlier values of PASSKEY_RP_ID; passkeys of these domains can still sign in, comma-separated',
  },
  PASSKEY_SIGNALS: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning:
      'on: the answer for an unknown passkey lets the browser delete it; off: it is answered like a wrong one; ' +
      'switch it off for a while after restoring a backup, which lacks the newest passkeys (docs/operate.md)',
  },
  PASSKEY_CHALLENGE_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a passkey has to answer',
  },
})

const oauth = inGroup('OAuth', {
  GITHUB_CLIENT_ID: { kind: text, meaning: 'client id of your GitHub app; unset: no sign-in with GitHub' },
  GITHUB_CLIENT_SECRET: { kind: secret(), secret: true, meaning: 'client secret of GITHUB_CLIENT_ID' },
  GITHUB_URL: {
    kind: httpUrl,
    default: 'https://github.com',
    meaning: 'URL of GitHub; change it for GitHub Enterprise',
  },
  GITHUB_API_URL: {
    kind: httpUrl,
    default: 'https://api.github.com',
    meaning: 'API URL of GitHub; change it for GitHub Enterprise',
  },
  GITHUB_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'avatars.githubusercontent.com',
    meaning: 'hosts that serve profile pictures of GitHub, comma-separated',
  },
  GOOGLE_CLIENT_ID: { kind: text, meaning: 'client id of your Google app; unset: no sign-in with Google' },
  GOOGLE_CLIENT_SECRET: { kind: secret(), secret: true, meaning: 'client secret of GOOGLE_CLIENT_ID' },
  GOOGLE_AUDIENCES: {
    kind: listOf(text),
    default: '',
    meaning:
      'additional client ids (Android and iOS apps) whose ID tokens are accepted like those of GOOGLE_CLIENT_ID, ' +
      'comma-separated',
  },
  GOOGLE_ISSUER: {
    kind: httpUrl,
    default: 'https://accounts.google.com',
    meaning: 'issuer of ID tokens from Google',
  },
  GOOGLE_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'lh3.googleusercontent.com',
    meaning: 'hosts that serve profile pictures of Google, comma-separated',
  },
  OAUTH_REDIRECT_URL: {
    kind: redirectTemplate,
    default: '{FRONTEND_URL}/account/oauth/{provider}/callback',
    meaning: 'URL that providers send the browser back to',
  },
  OAUTH_REDIRECT_ALLOW: {
    kind: listOf(origin),
    default: '{FRONTEND_URL}',
    meaning: 'origins that are allowed in redirect_to, comma-separated',
  },
  OAUTH_STATE_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a sign-in at a provider may take',
  },
  OAUTH_PENDING_TTL_SECONDS: {
    kind: seconds,
    default: '600',
    meaning: 'how long a sign-up through a provider waits for the user to choose a handle',
  },
  OUTBOUND_ALLOW: {
    kind: listOf(hostOrNetwork),
    default: '',
    meaning: 'non-public hosts and networks that providers, pictures and webhooks may use, comma-separated',
  },
})

const content = inGroup('Search and files', {
  MEILISEARCH_URL: { kind: httpUrl, meaning: 'URL of Meilisearch; unset: search runs on PostgreSQL (trigrams)' },
  MEILISEARCH_API_KEY: {
    kind: secret(),
    secret: true,
    meaning: 'Meilisearch key for documents, settings, indexes and tasks; used by the worker',
  },
  MEILISEARCH_SEARCH_API_KEY: {
    kind: secret(),
    secret: true,
    meaning: 'Meilisearch key that may only search; used by the API; unset: MEILISEARCH_API_KEY',
  },
  MEILISEARCH_INDEX: { kind: indexName, default: 'users', meaning: 'name of the Meilisearch index' },
  FILE_STORE_URL: {
    kind: fileStoreUrl,
    default: 'file:{DATA_DIR}/files',
    meaning:
      'where pictures are stored: file:FOLDER, or s3://bucket with ?endpoint=URL and &region=NAME; API and worker ' +
      'must share it',
  },
  S3_ACCESS_KEY_ID: { kind: secret(), secret: true, meaning: 'access key of the S3 file store' },
  S3_SECRET_ACCESS_KEY: { kind: secret(), secret: true, meaning: 'secret of S3_ACCESS_KEY_ID' },
})

const observability = inGroup('Observability', {
  REFUSAL_LEDGER: {
    kind: oneOf('on', 'off'),
    default: 'on',
    meaning:
      'on: refusals are kept for seven days, without what was sent, so that `npm run admin -- refusals` can say what ' +
      'happened to a request',
  },
  METRICS_PORT: {
    kind: port,
    meaning: 'separate port for GET /metrics, on HOST; anybody who can reach it may read them; unset: off',
  },
  METRICS_TOKEN: {
    kind: secret(),
    secret: true,
    meaning: 'bearer token for GET /metrics at the API; unset: the API does not serve it',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    kind: httpUrl,
    meaning: 'OpenTelemetry collector for traces over OTLP/HTTP, without /v1/traces; unset: no traces',
  },
})

const development = inGroup('Development', {
  TEST_IDENTITIES: {
    kind: holdingSecret(listOf(testIdentity)),
    secret: true,
    default: '',
    meaning:
      'addresses with a fixed mailed code, for front-end tests and app reviews, comma-separated: ' +
      'review@example.com:123456; not allowed in production',
  },
  FORCE_TOKEN: {
    kind: secret(32),
    secret: true,
    meaning:
      'only requests that send it as X-Postern-Force-Token may force answers (docs/error-lab.md); at least 32 ' +
      'characters, because wrong tokens are not counted; unset: only requests from this machine may, which includes ' +
      'those through a local proxy that adds no header (HAProxy, nginx); not allowed in production',
  },
})

/** Every variable that Postern reads, in the order of the documentation. A default may refer to variables above. */
export const variables = {
  ...server,
  ...storage,
  ...languages,
  ...mail,
  ...browsers,
  ...administration,
  ...signUp,
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
