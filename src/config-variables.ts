import {
  databaseUrl,
  headerName,
  hostName,
  type Kind,
  listOf,
  mailbox,
  network,
  oneOf,
  origin,
  rateFactor,
  redisUrl,
  seconds,
  text,
  url,
  wholeNumber,
} from './config-kinds.ts'

export type Variable<Value> = {
  readonly kind: Kind<Value>
  /** As an operator would write it; `{NAME}` stands for another variable's value, `{cores - 1}` for the machine's. */
  readonly default?: string
  readonly meaning: string
  /** May come from a file: NAME_FILE; its value is never shown. */
  readonly secret?: true
  /** Checked, but of no effect in this version. */
  readonly pending?: true
}

/** Every variable that Postern reads, in the order in which they are documented. */
export const variables = {
  APP_ENV: {
    kind: oneOf('development', 'test', 'production'),
    default: 'development',
    meaning: 'development, test or production',
  },
  HOST: {
    kind: text,
    default: '127.0.0.1',
    meaning: 'address on which the API listens; beyond loopback is refused in development unless SMTP_URL is set',
  },
  PORT: { kind: wholeNumber(0, 65_535), default: '8080', meaning: 'port on which the API listens' },
  PUBLIC_URL: { kind: origin, default: 'http://localhost:{PORT}', meaning: 'own origin' },
  FRONTEND_URL: { kind: origin, default: 'http://localhost:{PORT}', meaning: 'origin of the links in mails' },
  DATA_DIR: { kind: text, default: '.data', meaning: 'embedded database, keys, files' },

  DATABASE_URL: {
    kind: databaseUrl,
    secret: true,
    meaning:
      'PostgreSQL 15 or newer; unset: embedded PostgreSQL in DATA_DIR (in production only when set to `embedded`)',
  },
  DATABASE_MIGRATION_URL: {
    kind: url('postgres', 'postgresql'),
    secret: true,
    meaning: "the role that owns the tables, so that the API's own needs no DDL; unset: DATABASE_URL",
  },
  DATABASE_DIRECT_URL: {
    kind: url('postgres', 'postgresql'),
    secret: true,
    meaning: 'a connection without pooler for jobs; unset: DATABASE_URL',
  },
  DATABASE_POOL_SIZE: { kind: wholeNumber(1, 1000), default: '10', meaning: 'connections of a process' },
  DATABASE_TIMEOUT_MS: {
    kind: wholeNumber(100, 60_000),
    default: '2000',
    meaning: 'milliseconds for one statement or a free connection',
  },
  REDIS_URL: {
    kind: redisUrl,
    secret: true,
    meaning: 'redis://, rediss://, redis+cluster://h:p,h:p; unset: PostgreSQL does the work',
  },
  MEILISEARCH_URL: {
    kind: url('http', 'https'),
    meaning: 'search engine; unset: PostgreSQL trigram search',
    pending: true,
  },
  MEILISEARCH_API_KEY: { kind: text, secret: true, meaning: 'its key', pending: true },
  MEILISEARCH_INDEX: { kind: text, default: 'users', meaning: 'its index', pending: true },

  SMTP_URL: {
    kind: url('smtp', 'smtps'),
    secret: true,
    meaning: 'mail server; unset: built-in inbox, which production refuses',
  },
  MAIL_FROM: {
    kind: mailbox,
    default: 'Postern <no-reply@localhost>',
    meaning: 'sender of the mails; required in production',
  },
  WORKER_URL: {
    kind: url('http', 'https'),
    meaning: 'mail and job worker as its own process (npm run worker); unset: inside the API process',
  },
  WORKER_SECRET: {
    kind: text,
    secret: true,
    meaning: 'what API and worker share, 32 characters at least; unset: made at start',
  },
  WORKER_HOST: { kind: text, default: '127.0.0.1', meaning: 'address on which npm run worker listens' },
  WORKER_PORT: { kind: wholeNumber(0, 65_535), default: '8081', meaning: 'port on which npm run worker listens' },
  MAIL_DELIVERY: {
    kind: oneOf('confirm', 'queue'),
    default: 'confirm',
    meaning:
      'confirm: the request waits for the worker and reports its failures; queue: it answers once the mail is stored',
  },
  WORKER_TIMEOUT_MS: {
    kind: wholeNumber(100, 60_000),
    default: '5000',
    meaning: 'milliseconds for a delivery that is waited for',
  },

  TURNSTILE_SECRET: { kind: text, secret: true, meaning: 'bot check; unset: off' },
  TURNSTILE_VERIFY_URL: {
    kind: url('http', 'https'),
    default: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    meaning: 'where its tokens are verified',
  },
  TURNSTILE_TIMEOUT_MS: { kind: wholeNumber(100, 60_000), default: '3000', meaning: 'milliseconds for a verification' },
  TRUSTED_PROXIES: {
    kind: listOf(network),
    default: '',
    meaning: 'networks of reverse proxies whose CLIENT_IP_HEADER is believed',
  },
  CLIENT_IP_HEADER: { kind: headerName, default: 'X-Forwarded-For', meaning: 'header that trusted proxies set' },
  CORS_ORIGINS: { kind: listOf(origin), default: '{FRONTEND_URL}', meaning: 'exact origins of front ends' },
  COOKIE_DOMAIN: { kind: hostName, meaning: 'domain of the cookies; unset: the host alone' },
  RATE_LIMITS: { kind: rateFactor, default: 'on', meaning: 'on, a factor such as 10, or off (refused in production)' },

  PASSWORD_MIN_LENGTH: {
    kind: wholeNumber(8, 64),
    default: '12',
    meaning: 'NIST SP 800-63B-4 asks 15 where the password is the only factor',
  },
  ARGON2_MEMORY_KIB: { kind: wholeNumber(8192, 1_048_576), default: '19456', meaning: 'memory of one hash' },
  ARGON2_TIME_COST: { kind: wholeNumber(1, 10), default: '2', meaning: 'passes of one hash' },
  ARGON2_CONCURRENCY: { kind: wholeNumber(1, 1024), default: '{cores - 1}', meaning: 'hashes at a time; at least 1' },

  SESSION_IDLE_TTL_SECONDS: {
    kind: seconds,
    default: '604800',
    meaning: 'a session ends when it was not used for so long',
  },
  SESSION_ABSOLUTE_TTL_SECONDS: { kind: seconds, default: '2592000', meaning: 'a session ends after this in any case' },
  ACCESS_TOKEN_TTL_SECONDS: { kind: seconds, default: '300', meaning: 'lifetime of an access token', pending: true },
  REFRESH_TOKEN_TTL_SECONDS: {
    kind: seconds,
    default: '2592000',
    meaning: 'lifetime of a refresh token',
    pending: true,
  },
  JWT_AUDIENCE: { kind: listOf(text), default: '', meaning: 'further audiences of access tokens', pending: true },
  EMAIL_VERIFICATION_TTL_SECONDS: { kind: seconds, default: '3600', meaning: 'lifetime of a verification link' },
  PASSWORD_RESET_TTL_SECONDS: { kind: seconds, default: '900', meaning: 'lifetime of a reset link', pending: true },
  EMAIL_CHANGE_TTL_SECONDS: {
    kind: seconds,
    default: '900',
    meaning: 'lifetime of an e-mail change link',
    pending: true,
  },
  DEVICE_VERIFY_TTL_SECONDS: { kind: seconds, default: '1800', meaning: 'lifetime of a device link' },
  ACCOUNT_DELETION_TTL_SECONDS: {
    kind: seconds,
    default: '1800',
    meaning: 'lifetime of a deletion link',
    pending: true,
  },
  EMAIL_UNDO_TTL_SECONDS: {
    kind: seconds,
    default: '604800',
    meaning: 'lifetime of the link that undoes an e-mail change',
    pending: true,
  },
  SIGNUP_TTL_SECONDS: { kind: seconds, default: '86400', meaning: 'how long a sign-up waits for its verification' },
  TOTP_LOGIN_TTL_SECONDS: {
    kind: seconds,
    default: '300',
    meaning: 'how long a login waits for its code',
    pending: true,
  },
  OAUTH_STATE_TTL_SECONDS: { kind: seconds, default: '300', meaning: 'how long a provider may take', pending: true },
  OAUTH_PENDING_TTL_SECONDS: {
    kind: seconds,
    default: '600',
    meaning: 'how long an OAuth sign-up waits for its handle',
    pending: true,
  },
  TOTP_ISSUER: { kind: text, default: 'Postern', meaning: 'label in authenticator apps', pending: true },

  GITHUB_CLIENT_ID: { kind: text, meaning: 'unset: no GitHub', pending: true },
  GITHUB_CLIENT_SECRET: { kind: text, secret: true, meaning: 'its secret', pending: true },
  GITHUB_URL: { kind: origin, default: 'https://github.com', meaning: 'GitHub Enterprise has another', pending: true },
  GITHUB_API_URL: {
    kind: url('http', 'https'),
    default: 'https://api.github.com',
    meaning: 'GitHub Enterprise has another',
    pending: true,
  },
  GITHUB_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'avatars.githubusercontent.com',
    meaning: 'hosts of its pictures',
    pending: true,
  },
  GOOGLE_CLIENT_ID: { kind: text, meaning: 'unset: no Google', pending: true },
  GOOGLE_CLIENT_SECRET: { kind: text, secret: true, meaning: 'its secret', pending: true },
  GOOGLE_ISSUER: {
    kind: url('http', 'https'),
    default: 'https://accounts.google.com',
    meaning: 'issuer of its ID tokens',
    pending: true,
  },
  GOOGLE_IMAGE_HOSTS: {
    kind: listOf(hostName),
    default: 'lh3.googleusercontent.com',
    meaning: 'hosts of its pictures',
    pending: true,
  },
  OAUTH_REDIRECT_URL: {
    kind: url('http', 'https'),
    default: '{FRONTEND_URL}/account/oauth/{provider}/callback',
    meaning: 'where providers send the browser',
    pending: true,
  },
  OAUTH_REDIRECT_ALLOW: {
    kind: listOf(origin),
    default: '{FRONTEND_URL}',
    meaning: 'origins that redirect_to may name',
    pending: true,
  },
  OUTBOUND_ALLOW: {
    kind: listOf(text),
    default: '',
    meaning: 'hosts and CIDRs that registered providers, pictures and webhooks may reach although not public',
    pending: true,
  },

  KEYS_DIR: {
    kind: text,
    default: '{DATA_DIR}/keys',
    meaning:
      'keyring; made on first start outside production, there by npm run admin -- keys init; re-read when it changes',
  },
  FILE_STORE_URL: {
    kind: url('file', 's3'),
    default: 'file:{DATA_DIR}/files',
    meaning: 'file:… or s3://bucket?endpoint=…',
    pending: true,
  },
  S3_ACCESS_KEY_ID: { kind: text, secret: true, meaning: 'of an S3 file store', pending: true },
  S3_SECRET_ACCESS_KEY: { kind: text, secret: true, meaning: 'of an S3 file store', pending: true },
  METRICS_PORT: { kind: wholeNumber(1, 65_535), meaning: 'Prometheus metrics; unset: off', pending: true },
  METRICS_TOKEN: { kind: text, secret: true, meaning: 'bearer of GET /metrics', pending: true },
  OTEL_EXPORTER_OTLP_ENDPOINT: { kind: url('http', 'https'), meaning: 'OpenTelemetry; unset: off', pending: true },
  LOG_LEVEL: {
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    meaning: 'how much is logged',
  },
} as const satisfies Record<string, Variable<unknown>>
