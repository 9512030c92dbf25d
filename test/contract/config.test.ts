import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, configWarnings, loadConfig } from '../../src/config.ts'
import { configurationTable, envExample } from '../../src/config-docs.ts'
import { variables } from '../../src/config-variables.ts'

const documented =
  `APP_ENV HOST PORT PUBLIC_URL FRONTEND_URL DATA_DIR DATABASE_URL DATABASE_MIGRATION_URL DATABASE_DIRECT_URL
  DATABASE_POOL_SIZE DATABASE_TIMEOUT_MS REDIS_URL MEILISEARCH_URL MEILISEARCH_API_KEY MEILISEARCH_INDEX SMTP_URL MAIL_FROM WORKER_URL
  WORKER_SECRET WORKER_HOST WORKER_PORT MAIL_DELIVERY WORKER_TIMEOUT_MS TURNSTILE_SECRET TURNSTILE_VERIFY_URL TURNSTILE_TIMEOUT_MS
  TRUSTED_PROXIES CLIENT_IP_HEADER CORS_ORIGINS COOKIE_DOMAIN RATE_LIMITS PASSWORD_MIN_LENGTH ARGON2_MEMORY_KIB ARGON2_TIME_COST
  ARGON2_CONCURRENCY SESSION_IDLE_TTL_SECONDS SESSION_ABSOLUTE_TTL_SECONDS ACCESS_TOKEN_TTL_SECONDS REFRESH_TOKEN_TTL_SECONDS JWT_AUDIENCE
  EMAIL_VERIFICATION_TTL_SECONDS PASSWORD_RESET_TTL_SECONDS EMAIL_CHANGE_TTL_SECONDS DEVICE_VERIFY_TTL_SECONDS
  ACCOUNT_DELETION_TTL_SECONDS EMAIL_UNDO_TTL_SECONDS SIGNUP_TTL_SECONDS TOTP_LOGIN_TTL_SECONDS OAUTH_STATE_TTL_SECONDS
  OAUTH_PENDING_TTL_SECONDS TOTP_ISSUER GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET GITHUB_URL
  GITHUB_API_URL GOOGLE_ISSUER GITHUB_IMAGE_HOSTS GOOGLE_IMAGE_HOSTS OAUTH_REDIRECT_URL OAUTH_REDIRECT_ALLOW OUTBOUND_ALLOW KEYS_DIR
  FILE_STORE_URL S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY METRICS_PORT METRICS_TOKEN OTEL_EXPORTER_OTLP_ENDPOINT LOG_LEVEL`.split(
    /\s+/,
  )

const production = {
  APP_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  FRONTEND_URL: 'https://app.example.com',
  DATABASE_URL: 'postgres://postern:s3cret-of-ours@db/postern',
  SMTP_URL: 'smtps://user:another-secret@mail.example.com',
  MAIL_FROM: 'Example <no-reply@example.com>',
}

const problemsOf = (env: Record<string, string>, role?: 'api' | 'worker'): readonly string[] => {
  try {
    loadConfig(env, role)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test('every documented variable is read, and no other', () => {
  expect(Object.keys(variables).sort()).toEqual([...documented].sort())
})

test('with nothing set everything has a default', () => {
  const config = loadConfig({})
  expect(config).toMatchObject({
    appEnv: 'development',
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://localhost:8080',
    frontendUrl: 'http://localhost:8080',
    frontendIsDefault: true,
    databaseUrl: undefined,
    databasePoolSize: 10,
    databaseTimeoutMs: 2000,
    mailDelivery: 'confirm',
    corsOrigins: ['http://localhost:8080'],
    rateLimits: 1,
    passwordMinLength: 12,
    argon2MemoryKib: 19_456,
    sessionIdleTtlSeconds: 604_800,
    sessionAbsoluteTtlSeconds: 2_592_000,
    oauthRedirectUrl: 'http://localhost:8080/account/oauth/{provider}/callback',
    keysDir: join(process.cwd(), '.data/keys'),
  })
  expect(config.argon2Concurrency).toBeGreaterThan(0)
  expect(Object.isFrozen(config)).toBe(true)
})

test('defaults follow the variables that they name; an empty variable is unset', () => {
  const config = loadConfig({
    PORT: '9000',
    FRONTEND_URL: 'https://app.example.com/',
    DATA_DIR: '/srv/postern',
    LOG_LEVEL: '',
  })
  expect(config.publicUrl).toBe('http://localhost:9000')
  expect(config.corsOrigins).toEqual(['https://app.example.com'])
  expect(config.keysDir).toBe('/srv/postern/keys')
  expect(config.logLevel).toBe('info')
})

test('all mistakes come in one report, each with its variable and what would be right', () => {
  const env = {
    PORT: 'eighty',
    APP_ENV: 'prod',
    MAIL_DELIVERY: 'later',
    TRUSTED_PROXIES: '10.0.0.0/8, proxy',
    RATE_LIMITS: '-1',
  }
  expect(problemsOf(env)).toEqual([
    'APP_ENV must be one of development, test, production, not "prod".',
    'PORT must be a whole number from 0 to 65535, not "eighty".',
    'MAIL_DELIVERY must be one of confirm, queue, not "later".',
    'TRUSTED_PROXIES must be a comma-separated list, each an address or a network such as 10.0.0.0/8, not "10.0.0.0/8, proxy".',
    'RATE_LIMITS must be on, off or a factor such as 10, not "-1".',
  ])
})

test.each([
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['PASSWORD_MIN_LENGTH', '7'],
  ['PASSWORD_MIN_LENGTH', '65'],
  ['ARGON2_MEMORY_KIB', '4294967296'],
  ['SESSION_IDLE_TTL_SECONDS', '0'],
  ['PUBLIC_URL', 'https://auth.example.com/path'],
  ['PUBLIC_URL', 'auth.example.com'],
  ['PUBLIC_URL', 'ftp://auth.example.com'],
  ['CORS_ORIGINS', 'https://a.example, *'],
  ['DATABASE_URL', 'mysql://db'],
  ['REDIS_URL', 'http://redis'],
  ['SMTP_URL', 'mail.example.com'],
  ['MAIL_FROM', 'nobody'],
  ['COOKIE_DOMAIN', 'other.example'],
  ['HOST', '0.0.0.0'],
  ['WORKER_SECRET', 'short'],
  ['SESSION_ABSOLUTE_TTL_SECONDS', '60'],
])('%s=%s is refused', (name, value) => {
  expect(problemsOf({ [name]: value }).join()).toContain(name)
})

test.each([
  { PORT: '0' },
  { PASSWORD_MIN_LENGTH: '8' },
  { PASSWORD_MIN_LENGTH: '64' },
  { DATABASE_URL: 'embedded' },
  { REDIS_URL: 'redis+cluster://a:1,b:2' },
  { TRUSTED_PROXIES: '10.0.0.0/8,::1' },
  { RATE_LIMITS: '0.5' },
  { HOST: '0.0.0.0', SMTP_URL: 'smtp://mail.example.com' },
  { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'example.com' },
])('%j is accepted', (env) => {
  expect(problemsOf(env as Record<string, string>)).toEqual([])
})

describe('production refuses', () => {
  test('nothing of a whole configuration', () => {
    expect(problemsOf(production)).toEqual([])
    expect(problemsOf({ ...production, DATABASE_URL: 'embedded' })).toEqual([])
  })
  test.each([
    [{ SMTP_URL: '' }, 'SMTP_URL'],
    [{ MAIL_FROM: '' }, 'MAIL_FROM'],
    [{ DATABASE_URL: '' }, 'DATABASE_URL'],
    [{ PUBLIC_URL: '' }, 'PUBLIC_URL'],
    [{ PUBLIC_URL: 'http://auth.example.com' }, 'PUBLIC_URL must be https'],
    [{ FRONTEND_URL: 'http://app.example.com' }, 'FRONTEND_URL must be https'],
    [{ CORS_ORIGINS: 'http://app.example.com' }, 'CORS_ORIGINS must be https'],
    [{ RATE_LIMITS: 'off' }, 'RATE_LIMITS'],
    [{ TURNSTILE_SECRET: 'changeme' }, 'TURNSTILE_SECRET'],
    [{ DATABASE_URL: 'postgres://postern:postern@db/postern' }, 'The password in DATABASE_URL'],
    [{ SMTP_URL: 'smtp://user:change-me@mail' }, 'The password in SMTP_URL'],
  ])('%j', (wrong, name) => {
    expect(problemsOf({ ...production, ...wrong }).join()).toContain(name)
  })
})

test('WORKER_URL needs WORKER_SECRET', () => {
  expect(problemsOf({ WORKER_URL: 'http://127.0.0.1:8081', SMTP_URL: 'smtp://mail' }).join()).toContain(
    'WORKER_SECRET must be set',
  )
})

test('a worker of its own needs the mail server and the secret that it shares', () => {
  expect(problemsOf({}, 'worker').join('\n')).toMatch(/WORKER_SECRET[\s\S]*SMTP_URL/)
  expect(problemsOf({ SMTP_URL: 'smtp://mail', WORKER_SECRET: 'w'.repeat(32) }, 'worker')).toEqual([])
})

describe('NAME_FILE', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'postern-config-')), 'secret')
  writeFileSync(file, `${'f'.repeat(40)}\n`)
  test('holds a secret', () => {
    expect(loadConfig({ WORKER_SECRET_FILE: file }).workerSecret).toBe('f'.repeat(40))
  })
  test('and NAME are a mistake, and so is a file that cannot be read', () => {
    expect(problemsOf({ WORKER_SECRET_FILE: file, WORKER_SECRET: 'w'.repeat(40) }).join()).toContain('both set')
    expect(problemsOf({ WORKER_SECRET_FILE: `${file}.gone` })).toEqual([
      'WORKER_SECRET_FILE must name a readable file (ENOENT).',
    ])
  })
  test('is for secrets alone', () => {
    expect(loadConfig({ PORT_FILE: file }).port).toBe(8080)
  })
})

test('a report never shows a secret [LG1]', () => {
  const secrets = Object.entries(variables).filter(([, variable]) => 'secret' in variable)
  const env = Object.fromEntries(secrets.map(([name]) => [name, 'canary-value']))
  const report = problemsOf({ ...env, APP_ENV: 'production' }).join('\n')
  expect(report).toContain('DATABASE_URL')
  expect(report).not.toContain('canary')
})

test('variables without effect in this version are told', () => {
  expect(configWarnings({ MEILISEARCH_URL: 'http://search', PORT: '1' })).toEqual([
    'MEILISEARCH_URL is set, but this version does not use it yet.',
  ])
})

const marks = /(<!-- table -->\n)[\s\S]*(<!-- \/table -->)/
test.each([
  ['.env.example', () => envExample()],
  ['docs/configuration.md', (now: string) => now.replace(marks, `$1${configurationTable()}\n$2`)],
])('%s says what the code says (UPDATE=1 writes it)', (name, render) => {
  const path = join(import.meta.dirname, '../..', name)
  const now = readFileSync(path, 'utf8')
  if (process.env.UPDATE) writeFileSync(path, render(now))
  else expect(now).toBe(render(now))
})
