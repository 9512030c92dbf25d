import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import pg from 'pg'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import type { Config, Environment, Role } from '../../src/config/config.ts'
import {
  ConfigError,
  configurationTable,
  envExample,
  loadConfig,
  startWarnings,
  variables,
} from '../../src/config/load-config.ts'
import { isVariable, settingsWithoutEffect } from '../../src/config/spelling.ts'
import { initKeys } from '../../src/crypto/keyring.ts'

const marker = 'Zq7-marker-Zq7'
const ownSecret = 'k3J9vQ-x81mZpL0aT5cW7nR2yB6dF4hG'

const apkKeyHash = 'sHq_v9XkF0m2YpQ7rT4uW8zA1bC3dE5fG6hJ_kL-nM0'

const folder = mkdtempSync(join(tmpdir(), 'postern-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function writeSecret(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

function problemsOf(env: Environment, role?: Role): readonly string[] {
  try {
    loadConfig(env, role)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const keysDir = join(folder, 'keys')
initKeys(keysDir)

/** What a start says of settings that it does not refuse; of files that others may read: test/operator/keys.test.ts. */
function warningsOf(env: Environment, role?: Role): readonly string[] {
  if (problemsOf(env, role).length > 0) return []
  return startWarnings(env, loadConfig(env, role)).filter((one) => !one.startsWith('A secret may be read'))
}

const production = {
  APP_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  FRONTEND_URL: 'https://app.example.com',
  DATABASE_URL: 'postgres://postern:qN4vX8@db.example.com/postern?sslmode=verify-full',
  SMTP_URL: 'smtps://mailer:pW9rT2@mail.example.com:465',
  MAIL_FROM: 'Example <no-reply@example.com>',
  KEYS_DIR: keysDir,
} as const

describe('defaults', () => {
  test('nothing set is a valid development configuration', () => {
    expect(loadConfig({})).toEqual({
      appEnv: 'development',
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      frontendUrl: 'http://localhost:8080',
      frontendIsDefault: true,
      sources: {},
      dataDir: resolve('.data'),
      keysDir: resolve('.data/keys'),
      logFormat: 'auto',
      logLevel: 'info',
      databaseUrl: undefined,
      databaseMigrationUrl: undefined,
      databaseDirectUrl: undefined,
      databasePoolSize: 10,
      databaseTimeoutMs: 2000,
      redisUrl: undefined,
      smtpUrl: undefined,
      defaultLocale: 'en',
      locales: undefined,
      appName: undefined,
      brandLogo: undefined,
      brandColor: '#2f5bd0',
      supportEmail: undefined,
      mailTextsDir: undefined,
      mailFrom: 'Postern <postern@localhost>',
      mailDelivery: 'confirm',
      workerUrl: undefined,
      workerSecret: undefined,
      workerHost: '127.0.0.1',
      workerPort: 8081,
      workerTimeoutMs: 5000,
      corsOrigins: ['http://localhost:8080'],
      cookieDomain: undefined,
      trustedProxies: [],
      clientIpHeader: 'x-forwarded-for',
      rateLimits: 1,
      turnstileSecret: undefined,
      turnstileVerifyUrl: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
      turnstileTimeoutMs: 3000,
      console: undefined,
      consolePort: undefined,
      consoleAllow: [],
      impersonation: 'off',
      signUp: 'open',
      signUpDomains: new Set(),
      signUpDenyDomains: new Set(),
      passwordMinLength: 12,
      breachedPasswordsUrl: undefined,
      breachedPasswordsRequired: 'off',
      breachedPasswordsAtLogin: 'off',
      refusalLedger: 'on',
      argon2MemoryKib: 19_456,
      argon2TimeCost: 2,
      argon2Concurrency: Math.max(1, availableParallelism() - 1),
      sessionMemoryMib: 32,
      sessionIdleTtlSeconds: 604_800,
      sessionAbsoluteTtlSeconds: 2_592_000,
      accessTokenTtlSeconds: 300,
      refreshTokenTtlSeconds: 2_592_000,
      jwtAudience: [],
      emailVerificationTtlSeconds: 3600,
      eventsKeepDays: 400,
      passwordResetTtlSeconds: 900,
      emailChangeTtlSeconds: 900,
      deviceGate: 'on',
      deviceVerifyTtlSeconds: 1800,
      accountDeletionTtlSeconds: 1800,
      emailUndoTtlSeconds: 604_800,
      signupTtlSeconds: 86_400,
      totpLoginTtlSeconds: 300,
      oauthStateTtlSeconds: 300,
      oauthPendingTtlSeconds: 600,
      totpIssuer: 'Postern',
      emailSignIn: 'on',
      emailSignUp: 'off',
      emailSignInTtlSeconds: 600,
      emailResendAfterSeconds: 60,
      mailCodes: ['sign_in', 'verify_email'],
      deviceGateMail: 'link',
      testIdentities: [],
      passkeyRpId: undefined,
      passkeyRpName: 'Postern',
      passkeyOrigins: ['http://localhost:8080'],
      passkeyFormerRpIds: [],
      passkeySignals: 'on',
      passkeyChallengeTtlSeconds: 300,
      githubClientId: undefined,
      githubClientSecret: undefined,
      githubUrl: 'https://github.com',
      githubApiUrl: 'https://api.github.com',
      githubImageHosts: ['avatars.githubusercontent.com'],
      googleClientId: undefined,
      googleClientSecret: undefined,
      googleAudiences: [],
      googleIssuer: 'https://accounts.google.com',
      googleImageHosts: ['lh3.googleusercontent.com'],
      oauthRedirectUrl: 'http://localhost:8080/account/oauth/{provider}/callback',
      oauthRedirectAllow: ['http://localhost:8080'],
      outboundAllow: [],
      meilisearchUrl: undefined,
      meilisearchApiKey: undefined,
      meilisearchIndex: 'users',
      fileStoreUrl: `file://${resolve('.data/files')}`,
      s3AccessKeyId: undefined,
      s3SecretAccessKey: undefined,
      metricsPort: undefined,
      metricsToken: undefined,
      otelExporterOtlpEndpoint: undefined,
    })
  })

  test('what is not said follows what is', () => {
    const config = loadConfig({ PORT: '0', DATA_DIR: '/srv/postern', FRONTEND_URL: 'https://app.example.com/' })
    expect(config).toMatchObject({
      publicUrl: 'http://localhost:0',
      frontendUrl: 'https://app.example.com',
      frontendIsDefault: false,
      corsOrigins: ['https://app.example.com'],
      oauthRedirectUrl: 'https://app.example.com/account/oauth/{provider}/callback',
      keysDir: '/srv/postern/keys',
      fileStoreUrl: 'file:///srv/postern/files',
    })
    expect(loadConfig({ PUBLIC_URL: 'https://auth.example.com' }).frontendUrl).toBe('https://auth.example.com')
  })

  test('an empty variable counts as unset', () => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, '']))
    expect(loadConfig(empty)).toEqual(loadConfig({}))
  })

  test('the configuration and its lists are frozen', () => {
    const config = loadConfig({ TRUSTED_PROXIES: '10.0.0.0/8' })
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.values(config).filter((value) => typeof value === 'object' && !Object.isFrozen(value))).toEqual([])
  })

  test('every field has its own type', () => {
    expectTypeOf<Config['appEnv']>().toEqualTypeOf<'development' | 'test' | 'production'>()
    expectTypeOf<Config['databaseUrl']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Config['databasePoolSize']>().toEqualTypeOf<number>()
    expectTypeOf<Config['rateLimits']>().toEqualTypeOf<number | 'off'>()
    expectTypeOf<Config['trustedProxies']>().toEqualTypeOf<readonly string[]>()
    expectTypeOf<Config['metricsPort']>().toEqualTypeOf<number | undefined>()
    const change = (config: Config): void => {
      // @ts-expect-error a configuration is read only
      config.port = 1
    }
    expect(() => change(loadConfig({}))).toThrow(TypeError)
  })
})

describe('values', () => {
  test.each([
    ['PORT', 0, 65_535],
    ['WORKER_PORT', 0, 65_535],
    ['DATABASE_POOL_SIZE', 1, 1000],
    ['DATABASE_TIMEOUT_MS', 100, 60_000],
    ['WORKER_TIMEOUT_MS', 100, 60_000],
    ['TURNSTILE_TIMEOUT_MS', 100, 60_000],
    ['PASSWORD_MIN_LENGTH', 8, 64],
    ['ARGON2_MEMORY_KIB', 8192, 1_048_576],
    ['ARGON2_TIME_COST', 1, 10],
    ['ARGON2_CONCURRENCY', 1, 1024],
    ['SIGNUP_TTL_SECONDS', 1, 316_224_000],
    ['EVENTS_KEEP_DAYS', 1, 36_500],
    ['TOTP_LOGIN_TTL_SECONDS', 1, 316_224_000],
  ] as const)('%s is a whole number from %i to %i', (name, least, most) => {
    for (const edge of [least, most]) {
      expect(loadConfig({ [name]: ` ${edge} ` })).toMatchObject({ [variables[name].field]: edge })
    }
    for (const wrong of [
      `${least - 1}`,
      `${most + 1}`,
      `${least}.5`,
      `${least}e0`,
      `0x${least}`,
      'abc',
      '9'.repeat(400),
    ]) {
      expect(problemsOf({ [name]: wrong })).toEqual([
        expect.stringContaining(`${name} must be a whole number from ${least} to ${most}`),
      ])
    }
  })

  test.each([
    ['HOST', '::1', '::1'],
    ['PUBLIC_URL', 'https://Auth.Example.com:443/', 'https://auth.example.com'],
    ['DATABASE_URL', 'embedded', undefined],
    ['DATABASE_URL', 'postgresql:///postern?host=/run/postgresql', 'postgresql:///postern?host=/run/postgresql'],
    ['REDIS_URL', 'rediss://user:pw@cache:6380/1', 'rediss://user:pw@cache:6380/1'],
    ['REDIS_URL', 'redis+cluster://u:p@a:1,b:2,[::1]:3', 'redis+cluster://u:p@a:1,b:2,[::1]:3'],
    ['SMTP_URL', 'smtp://localhost:1025', 'smtp://localhost:1025'],
    [
      'SMTP_URL',
      'smtp://10.0.0.5?tls.servername=mail.example.com&tls.rejectUnauthorized=true',
      'smtp://10.0.0.5?tls.servername=mail.example.com&tls.rejectUnauthorized=true',
    ],
    ['MAIL_FROM', 'no-reply@example.com', 'no-reply@example.com'],
    ['MAIL_FROM', 'Team: Example (x); y <a@example.com>', 'Team: Example (x); y <a@example.com>'],
    ['MAIL_FROM', '"Team <x>" <a@bücher.example>', '"Team <x>" <a@bücher.example>'],
    ['SMTP_NAME', 'Mail.Bücher.example', 'mail.xn--bcher-kva.example'],
    ['SMTP_NAME', '[192.0.2.1]', '[192.0.2.1]'],
    ['SMTP_NAME', '[IPv6:2001:db8::1]', '[IPv6:2001:db8::1]'],
    ['WORKER_SECRET', ownSecret, ownSecret],
    [
      'CORS_ORIGINS',
      'https://a.example.com, http://localhost:5173',
      ['https://a.example.com', 'http://localhost:5173'],
    ],
    ['COOKIE_DOMAIN', 'LOCALHOST', 'localhost'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,fd00::/8, 192.0.2.1', ['10.0.0.0/8', 'fd00::/8', '192.0.2.1']],
    ['CLIENT_IP_HEADER', 'CF-Connecting-IP', 'cf-connecting-ip'],
    ['RATE_LIMITS', 'on', 1],
    ['RATE_LIMITS', '0.5', 0.5],
    ['RATE_LIMITS', 'off', 'off'],
    ['MEILISEARCH_URL', 'http://search:7700/', 'http://search:7700'],
    ['GITHUB_API_URL', 'https://git.example.com/api/v3', 'https://git.example.com/api/v3'],
    ['JWT_AUDIENCE', 'orders,https://api.example.com', ['orders', 'https://api.example.com']],
    ['OUTBOUND_ALLOW', 'id.intern, 10.1.0.0/16', ['id.intern', '10.1.0.0/16']],
    ['PASSKEY_RP_ID', 'Example.com', 'example.com'],
    [
      'PASSKEY_ORIGINS',
      `https://App.Example.com/, android:apk-key-hash:${apkKeyHash}`,
      ['https://app.example.com', `android:apk-key-hash:${apkKeyHash}`],
    ],
    ['PASSKEY_FORMER_RP_IDS', 'example.org,Old.example.com', ['example.org', 'old.example.com']],
    ['SIGN_UP_DOMAINS', 'Example.com, bücher.example', new Set(['example.com', 'xn--bcher-kva.example'])],
    ['SIGN_UP_DENY_DOMAINS', 'xyz,mail.example.com', new Set(['xyz', 'mail.example.com'])],
    ['PASSKEY_SIGNALS', 'off', 'off'],
    ['FILE_STORE_URL', 'file:store', `file://${resolve('store')}`],
    ['FILE_STORE_URL', 'file:///srv/store', 'file:///srv/store'],
    ['BREACHED_PASSWORDS_URL', 'file:/srv/pwned.bin', 'file:///srv/pwned.bin'],
    ['BREACHED_PASSWORDS_URL', 'https://api.pwnedpasswords.com/range/', 'https://api.pwnedpasswords.com/range'],
  ] as const)('%s=%s is read', (name, given, read) => {
    expect(loadConfig({ [name]: given })[variables[name].field]).toEqual(read)
  })

  test.each([
    ['APP_ENV', 'prod'],
    ['HOST', 'http://localhost'],
    ['PUBLIC_URL', 'auth.example.com'],
    ['PUBLIC_URL', 'ftp://auth.example.com'],
    ['PUBLIC_URL', 'https://auth.example.com/v0'],
    ['PUBLIC_URL', 'https://auth.example.com/?a=1'],
    ['FRONTEND_URL', 'https://user@app.example.com'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['DATABASE_URL', 'mysql://db/postern'],
    ['DATABASE_URL', 'postgres:db'],
    ['DATABASE_MIGRATION_URL', 'embedded'],
    ['REDIS_URL', 'http://cache:6379'],
    ['REDIS_URL', 'redis+cluster://a:1,:2'],
    ['SMTP_URL', 'mail.example.com:587'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://mail.example.com?ignoreTLS=true'],
    ['SMTP_URL', 'smtp://mail.example.com?tls.rejectUnauthorized=no'],
    ['SMTP_NAME', 'vm'],
    ['SMTP_NAME', '192.0.2.1'],
    ['SMTP_NAME', '[192.0.2.256]'],
    ['SMTP_NAME', '[2001:db8::1]'],
    ['SMTP_NAME', '[IPv6:fe80::1%eth0]'],
    ['SMTP_NAME', 'mail.example.com\r\nMAIL'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
    ['MAIL_FROM', 'Team: a@example.com;'],
    ['MAIL_FROM', 'Postern'],
    ['MAIL_FROM', 'no-reply@example.com>'],
    ['MAIL_FROM', 'Postern\nBcc: x <a@example.com>'],
    ['MAIL_DELIVERY', 'sometimes'],
    ['WORKER_URL', 'worker:8081'],
    ['WORKER_SECRET', 'k'.repeat(31)],
    ['TURNSTILE_SECRET', 'with space'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://*.example.com'],
    ['CORS_ORIGINS', 'https://app.example.com,https://.*'],
    ['CORS_ORIGINS', 'null'],
    ['OAUTH_REDIRECT_ALLOW', 'https://*.example.com'],
    ['FRONTEND_URL', 'https://*.example.com'],
    ['GOOGLE_ISSUER', 'https://*.example.com'],
    ['CORS_ORIGINS', 'https://a.example.com,https://b.example.com/x'],
    ['COOKIE_DOMAIN', '127.0.0.1'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1,proxy.example.com'],
    ['CLIENT_IP_HEADER', 'X Forwarded'],
    ['RATE_LIMITS', '0'],
    ['RATE_LIMITS', '-1'],
    ['TOTP_ISSUER', 'Post:ern'],
    ['MEILISEARCH_INDEX', 'a/b'],
    ['GITHUB_IMAGE_HOSTS', 'https://avatars.example.com'],
    ['OAUTH_REDIRECT_URL', 'https://app.example.com/callback'],
    ['OUTBOUND_ALLOW', 'http://id.intern'],
    ['FILE_STORE_URL', '/srv/files'],
    ['FILE_STORE_URL', 's3://key:secret@bucket'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://otel'],
    ['BREACHED_PASSWORDS_URL', '/srv/pwned.bin'],
    ['BREACHED_PASSWORDS_URL', 'file:'],
    ['BREACHED_PASSWORDS_URL', 'https://api.pwnedpasswords.com/range/?mode=ntlm'],
    ['BREACHED_PASSWORDS_REQUIRED', 'yes'],
    ['PASSKEY_RP_ID', 'https://example.com'],
    ['PASSKEY_RP_ID', '192.0.2.1'],
    ['PASSKEY_RP_ID', '[2001:db8::1]'],
    ['PASSKEY_RP_ID', 'example.com:443'],
    ['PASSKEY_FORMER_RP_IDS', 'example.org,192.0.2.1'],
    ['PASSKEY_ORIGINS', 'app.example.com'],
    ['PASSKEY_ORIGINS', 'https://app.example.com/sign-in'],
    ['PASSKEY_ORIGINS', 'https://*.example.com'],
    ['PASSKEY_ORIGINS', 'capacitor://localhost'],
    ['PASSKEY_ORIGINS', 'android:apk-key-hash:'],
    ['PASSKEY_ORIGINS', `android:apk-key-hash:${apkKeyHash}=`],
    ['PASSKEY_ORIGINS', `android:apk-key-hash:${apkKeyHash.slice(0, -1)}`],
    // No 32 bytes end so, and Android never says it.
    ['PASSKEY_ORIGINS', `android:apk-key-hash:${apkKeyHash.slice(0, -1)}B`],
    ['PASSKEY_ORIGINS', `android:apk-key-hash:${apkKeyHash.replaceAll('_', '/')}`],
    ['PASSKEY_ORIGINS', `android:apk-key-hash:${Buffer.from(apkKeyHash, 'base64url').toString('hex')}`],
    ['PASSKEY_ORIGINS', `Android:apk-key-hash:${apkKeyHash}`],
    ['PASSKEY_SIGNALS', 'yes'],
  ] as const)('%s=%s is a mistake', (name, given) => {
    expect(problemsOf({ [name]: given })).toEqual([expect.stringMatching(`^${name} must be `)])
  })
})

describe('SIGN_UP_DOMAINS=@FILE', () => {
  const read = (content: string) => {
    const file = join(folder, 'domains')
    writeFileSync(file, content)
    return { SIGN_UP_DOMAINS: `@${file}` }
  }

  test('has a domain a line, with comments, in any encoding of Windows or Unix', () => {
    const { signUpDomains } = loadConfig(read('# ours\r\nExample.com\r\n\r\nbücher.example # and theirs\r\n'))
    expect([...signUpDomains]).toEqual(['example.com', 'xn--bcher-kva.example'])
  })

  test.each([
    ['example.com\n*.example.org', 'line 2 of '],
    ['.example.com', 'line 1 of '],
    ['someone@example.com', 'line 1 of '],
    ['example.com/path', 'line 1 of '],
    ['two names.example', 'line 1 of '],
    ['exa%6dple.com', 'line 1 of '],
    ['# nothing\n\n', 'one domain or more'],
    ['', 'one domain or more'],
    ['\0', 'UTF-8'],
  ])('%j is a mistake, which names the line', (content, words) => {
    const [problem, ...more] = problemsOf(read(content))
    expect(problem).toMatch(/^SIGN_UP_DOMAINS must be /)
    expect(problem).toContain(words)
    expect(more).toEqual([])
  })

  test('and so is a file that is not there', () => {
    expect(problemsOf({ SIGN_UP_DENY_DOMAINS: '@/nowhere/domains' })).toEqual([
      'SIGN_UP_DENY_DOMAINS must be a file that can be read, where it is @FILE (/nowhere/domains: ENOENT)',
    ])
  })

  test('a list of nothing does not open sign-up to everybody', () => {
    expect(problemsOf({ SIGN_UP_DOMAINS: ' , ' })).toEqual([expect.stringContaining('one domain or more')])
    expect(problemsOf({ SIGN_UP_DOMAINS: 'a.example,*.b.example' })).toEqual([
      expect.stringContaining('(entry 2: "*.b.example")'),
    ])
  })
})

describe('combinations', () => {
  const smtp = { SMTP_URL: 'smtp://localhost:1025' }

  test.each([
    ['SESSION_IDLE_TTL_SECONDS', { SESSION_IDLE_TTL_SECONDS: '61', SESSION_ABSOLUTE_TTL_SECONDS: '60' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '::' }],
    ['WORKER_SECRET', { WORKER_URL: 'http://worker:8081' }],
    // Half of the heap that Node takes by itself on the largest of machines.
    ['SESSION_MEMORY_MIB', { SESSION_MEMORY_MIB: '4096' }],
    ['COOKIE_DOMAIN', { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'example.org' }],
    ['COOKIE_DOMAIN', { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'ample.com' }],
    ['COOKIE_DOMAIN', { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'com' }],
    ['DATABASE_MIGRATION_URL', { DATABASE_MIGRATION_URL: 'postgres://db/postern' }],
    ['DATABASE_DIRECT_URL', { DATABASE_URL: 'embedded', DATABASE_DIRECT_URL: 'postgres://db/postern' }],
    ['GITHUB_CLIENT_SECRET', { GITHUB_CLIENT_ID: 'postern' }],
    ['GOOGLE_CLIENT_ID', { GOOGLE_CLIENT_SECRET: ownSecret }],
    ['S3_ACCESS_KEY_ID', { FILE_STORE_URL: 's3://bucket?endpoint=https://s3.example.com' }],
    ['BREACHED_PASSWORDS_REQUIRED', { BREACHED_PASSWORDS_REQUIRED: 'on' }],
    ['SIGN_UP_DOMAINS', { SIGN_UP_DOMAINS: 'a.example.com,xyz', SIGN_UP_DENY_DOMAINS: 'example.com,xyz' }],
    ['CONSOLE', { CONSOLE: 'off', CONSOLE_PORT: '8090' }],
    ['CONSOLE', { ...production, CONSOLE_ALLOW: '10.0.0.0/8' }],
    ['BREACHED_PASSWORDS_AT_LOGIN', { BREACHED_PASSWORDS_AT_LOGIN: 'notify' }],
  ])('%s is refused: %o', (name, env) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(`^${name} must `)])
  })

  test.each([
    { SESSION_IDLE_TTL_SECONDS: '60', SESSION_ABSOLUTE_TTL_SECONDS: '60' },
    { HOST: '0.0.0.0', ...smtp },
    { HOST: '0.0.0.0', APP_ENV: 'test' },
    { HOST: 'localhost' },
    { SIGN_UP_DOMAINS: 'example.com,a.example.org', SIGN_UP_DENY_DOMAINS: 'example.org,a.example.com' },
    { HOST: '127.0.0.2' },
    { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'example.com' },
    { PUBLIC_URL: 'https://auth.example.com', COOKIE_DOMAIN: 'auth.example.com' },
    { WORKER_URL: 'http://worker:8081', WORKER_SECRET: ownSecret },
  ])('accepted: %o', (env) => {
    expect(problemsOf(env)).toEqual([])
  })

  test('the worker needs SMTP_URL and WORKER_SECRET', () => {
    expect(problemsOf({}, 'worker')).toEqual([
      expect.stringMatching('^SMTP_URL must be set'),
      expect.stringMatching('^WORKER_SECRET must be set'),
    ])
    expect(problemsOf({ ...smtp, WORKER_SECRET: ownSecret }, 'worker')).toEqual([])
  })
})

describe('production', () => {
  test('accepts what is safe', () => {
    expect(problemsOf(production)).toEqual([])
    expect(problemsOf({ ...production, DATABASE_URL: 'embedded' })).toEqual([])
  })

  test.each(['PUBLIC_URL', 'FRONTEND_URL', 'DATABASE_URL', 'SMTP_URL', 'MAIL_FROM'])('refuses a missing %s', (name) => {
    expect(problemsOf({ ...production, [name]: undefined })).toEqual([
      expect.stringMatching(`^${name} must be set in production`),
    ])
  })

  test.each([
    ...(['PUBLIC_URL', 'FRONTEND_URL', 'CORS_ORIGINS', 'OAUTH_REDIRECT_ALLOW', 'PASSKEY_ORIGINS'] as const),
    ...(['GOOGLE_ISSUER', 'GITHUB_URL', 'GITHUB_API_URL', 'TURNSTILE_VERIFY_URL'] as const),
  ])('refuses http in %s [AT14]', (name) => {
    for (const value of ['http://app.example.com', 'http://localhost:5173'])
      expect(problemsOf({ ...production, [name]: value })).toEqual([`${name} must be https in production`])
    if (name.endsWith('S') || name.endsWith('ALLOW'))
      expect(problemsOf({ ...production, [name]: 'https://a.example.com,http://b.example.com' })).toHaveLength(1)
  })

  test('refuses http where providers send the browser [AT14]', () => {
    const OAUTH_REDIRECT_URL = 'http://app.example.com/oauth/{provider}'
    expect(problemsOf({ ...production, OAUTH_REDIRECT_URL })).toEqual([
      'OAUTH_REDIRECT_URL must be https in production',
    ])
  })

  test('refuses RATE_LIMITS=off', () => {
    expect(problemsOf({ ...production, RATE_LIMITS: 'off' })).toEqual(['RATE_LIMITS must not be off in production'])
  })

  test('refuses FORCE_TOKEN, whoever starts [EL5]', () => {
    const env = { ...production, FORCE_TOKEN: 'a token that is just about long enough'.replaceAll(' ', '-') }
    const refused = ['FORCE_TOKEN must not be set in production, where no answer is forced']
    expect([problemsOf(env), problemsOf(env, 'cli')]).toEqual([refused, refused])
    expect(problemsOf({ FORCE_TOKEN: env.FORCE_TOKEN })).toEqual([])
    expect(problemsOf({ FORCE_TOKEN: 'x'.repeat(31) })).toEqual([
      'FORCE_TOKEN must be 32 or more ASCII characters without spaces',
    ])
  })

  test.each([
    ['TURNSTILE_SECRET', 'change-me'],
    ['TURNSTILE_SECRET', 'changeme'],
    ['METRICS_TOKEN', 'secret'],
    ['METRICS_TOKEN', 'Password'],
    ['MEILISEARCH_API_KEY', 'your-secret-key'],
    ['WORKER_SECRET', 'change-me-change-me-change-me-change-me'],
    ['WORKER_SECRET', 'x'.repeat(32)],
    ['DATABASE_URL', 'postgres://postern:changeme@db/postern'],
    ['REDIS_URL', 'redis+cluster://:secret@a:1,b:2'],
    ['DATABASE_URL', 'postgres://postgres:postgres@127.0.0.1/postern'],
    ['DATABASE_URL', 'postgres://api:p%6fstgres@db/postern'],
    ['DATABASE_URL', 'postgres://db/postern?user=api&password=admin123'],
    ['DATABASE_URL', 'postgresql://alice:alice@db/postern'],
    ['DATABASE_URL', 'postgres://api:p@ssw0rd@db/postern'.replace('p@s', 'p%40s')],
    ['DATABASE_MIGRATION_URL', 'postgres://postgres:mysecretpassword@db/postern'],
    ['DATABASE_DIRECT_URL', 'postgres://root:123456@db/postern'],
    ['REDIS_URL', 'redis://:foobared@cache'],
    ['REDIS_URL', 'rediss://default:redis@cache'],
    ['SMTP_URL', 'smtps://guest:guest@mail.example.com'],
    ['DATABASE_URL', 'postgres://api:Postgres123456@db/postern'],
    ['S3_SECRET_ACCESS_KEY', 'minioadmin'],
    ['MEILISEARCH_API_KEY', 'aSampleMasterKey'],
  ])('refuses the placeholder %s=%s, which is fine elsewhere [AT14]', (name, value) => {
    const companions = {
      DATABASE_URL: production.DATABASE_URL,
      S3_ACCESS_KEY_ID: 'GK8f0c',
      S3_SECRET_ACCESS_KEY: ownSecret,
    }
    expect(problemsOf({ ...production, ...companions, [name]: value })).toEqual([
      `${name} must be a secret of your own in production, not a placeholder`,
    ])
    expect(problemsOf({ ...companions, [name]: value })).toEqual([])
  })

  test.each([
    ['METRICS_TOKEN', 'ab'],
    ['METRICS_TOKEN', 'metrics'],
    ['METRICS_TOKEN', 'metrics-token-1234'],
    ['METRICS_TOKEN', 'k3J9vQ'],
    ['METRICS_TOKEN', '0123456789abcdefghijklmnopqrstuvwxyz'],
    ['METRICS_TOKEN', 'k3J9vQ-xk3J9vQ-xk3J9vQ-xk3J9vQ-x'],
    ['METRICS_TOKEN', '10101101001011010010110010101011'],
    ['WORKER_SECRET', 'abcabcabcabcabcabcabcabcabcabcabc'],
    ['WORKER_SECRET', '12345678901234567890123456789012'],
  ])('refuses %s=%s, which can be guessed [AT14]', (name, value) => {
    expect(problemsOf({ ...production, [name]: value })).toEqual([
      expect.stringMatching(`^${name} must be a secret (that nobody can guess|of your own) in production`),
    ])
  })

  test('takes a secret of one’s own', () => {
    expect(problemsOf({ ...production, WORKER_SECRET: ownSecret, TURNSTILE_SECRET: '0x4AAAAAAAsecretXy' })).toEqual([])
  })

  test('refuses the file of examples as it is', () => {
    expect(problemsOf({ ...uncommented(), APP_ENV: 'production', KEYS_DIR: keysDir })).toEqual([
      'PUBLIC_URL must be https in production',
      'FRONTEND_URL must be https in production',
      expect.stringMatching('^DATABASE_URL must be set'),
      expect.stringMatching('^SMTP_URL must be set'),
      'CORS_ORIGINS must be https in production',
      'PASSKEY_ORIGINS must be https in production',
      'OAUTH_REDIRECT_URL must be https in production',
      'OAUTH_REDIRECT_ALLOW must be https in production',
    ])
  })

  const refusals: readonly (readonly [keyof typeof variables, Environment])[] = [
    ['ARGON2_MEMORY_KIB', { ARGON2_MEMORY_KIB: '8192' }],
    ['ARGON2_MEMORY_KIB', { ARGON2_TIME_COST: '1' }],
    ['ARGON2_MEMORY_KIB', { ARGON2_MEMORY_KIB: '19455', ARGON2_TIME_COST: '2' }],
    ['ARGON2_MEMORY_KIB', { ARGON2_MEMORY_KIB: '12287', ARGON2_TIME_COST: '3' }],
    ...[
      ...['0.0.0.0/0', '::/0', '::ffff:0.0.0.0/96', '10.0.0.0/7', '192.168.0.0/8', '172.16.0.0/11', '2000::/3'],
      ...['10.0.0.1,0.0.0.0/1,128.0.0.0/1', '8.0.0.0/8', 'fc00::/6'],
      ...['64:ff9b::/96', '64:ff9b::/100', '64:ff9b:1::/48', '2002::/24'],
    ].map((TRUSTED_PROXIES) => ['TRUSTED_PROXIES', { TRUSTED_PROXIES }] as const),
    ...['0.0.0.0/0', '::/0', 'id.intern,0.0.0.0/1'].map(
      (OUTBOUND_ALLOW) => ['OUTBOUND_ALLOW', { OUTBOUND_ALLOW }] as const,
    ),
    ...[
      ['co.uk', 'auth.co.uk'],
      ['github.io', 'acme.github.io'],
      ['compute.amazonaws.com', 'a.compute.amazonaws.com'],
      ['xn--55qx5d.cn', 'auth.xn--55qx5d.cn'],
      ['co.uk', 'co.uk'],
    ].map(([COOKIE_DOMAIN, host]) => ['COOKIE_DOMAIN', { COOKIE_DOMAIN, PUBLIC_URL: `https://${host}` }] as const),
  ]

  const apk = `android:apk-key-hash:${apkKeyHash}`
  const related = { PASSKEY_RP_ID: 'auth.example.com' }
  const sixNames = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `https://${name}.com`)
  const deadPasskeys: readonly (readonly [says: string | RegExp, Environment])[] = [
    [
      /^PASSKEY_RP_ID must be a domain .+, and PASSKEY_ORIGINS .+ \(192\.0\.2\.1\)$/,
      { FRONTEND_URL: 'https://192.0.2.1' },
    ],
    [/^PASSKEY_RP_ID must be a domain .+\(\[2001:db8::1\]\)$/, { FRONTEND_URL: 'https://[2001:db8::1]' }],
    [/^PASSKEY_RP_ID must be a domain .+\(127\.0\.0\.0x1\)$/, { PASSKEY_RP_ID: '127.0.0.0x1' }],
    [/^PASSKEY_RP_ID must be a domain of your own/, { PASSKEY_RP_ID: 'com' }],
    [
      /^PASSKEY_RP_ID must be a domain of your own/,
      { PASSKEY_RP_ID: 'github.io', PASSKEY_ORIGINS: 'https://a.github.io' },
    ],
    ...[
      'https://example.org',
      'https://app.example.com,https://example.org',
      'https://badexample.com',
      'https://example.com.example.org',
    ].map(
      (PASSKEY_ORIGINS) =>
        [
          new RegExp(
            `^PASSKEY_ORIGINS must be at PASSKEY_RP_ID .+\\(not at example.com: ${PASSKEY_ORIGINS.split(',').at(-1)}\\)$`,
          ),
          { PASSKEY_RP_ID: 'example.com', PASSKEY_ORIGINS },
        ] as const,
    ),
    // A domain above is none below.
    [/^PASSKEY_ORIGINS must be at/, { PASSKEY_RP_ID: 'app.example.com', PASSKEY_ORIGINS: 'https://example.com' }],
    [/^PASSKEY_ORIGINS must be at/, { COOKIE_DOMAIN: 'example.com', PASSKEY_ORIGINS: 'https://app.example.org' }],
    [/^PASSKEY_ORIGINS must be at/, { PASSKEY_FORMER_RP_IDS: 'example.org', PASSKEY_ORIGINS: 'https://example.net' }],
    [
      /^PASSKEY_ORIGINS must be under registered .+\(https:\/\/intranet, https:\/\/198\.51\.100\.1\)$/,
      { ...related, PASSKEY_ORIGINS: 'https://intranet,https://a.com,https://198.51.100.1' },
    ],
    [
      /^PASSKEY_ORIGINS must be of at most 5 names .+\(6: a, b, c, d, e, f\)$/,
      { ...related, PASSKEY_ORIGINS: sixNames.join() },
    ],
    // Each of another, although all are of one.
    [
      /^PASSKEY_ORIGINS must be of at most 5 names/,
      { ...related, PASSKEY_ORIGINS: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `https://${name}.github.io`).join() },
    ],
  ]

  test.each(deadPasskeys)('refuses with %s of %o [PK11]', (says, env) => {
    expect(problemsOf({ ...production, ...env })).toEqual([expect.stringMatching(says)])
    expect(problemsOf({ ...production, ...env }, 'worker')).toContainEqual(expect.stringMatching(says))
    expect(problemsOf({ ...production, ...env }, 'cli')).toEqual([])
    expect(problemsOf({ PUBLIC_URL: production.PUBLIC_URL, ...env })).toEqual([])
  })

  test.each<Environment>([
    { PASSKEY_RP_ID: 'example.com' },
    { PASSKEY_RP_ID: 'example.com', PASSKEY_ORIGINS: `https://example.com,https://a.b.example.com:8443,${apk}` },
    { PASSKEY_ORIGINS: apk },
    { COOKIE_DOMAIN: 'example.com', PASSKEY_ORIGINS: 'https://www.example.com' },
    { PASSKEY_RP_ID: 'example.net', PASSKEY_FORMER_RP_IDS: 'example.com', PASSKEY_ORIGINS: 'https://app.example.com' },
    { PASSKEY_RP_ID: 'a.github.io', PASSKEY_ORIGINS: 'https://b.a.github.io' },
    { PASSKEY_RP_ID: 'intranet', PASSKEY_ORIGINS: 'https://intranet' },
    { ...related, PASSKEY_ORIGINS: 'https://app.example.com,https://example.org' },
    { ...related, PASSKEY_ORIGINS: sixNames.slice(1).join() },
    // One name.
    {
      ...related,
      PASSKEY_ORIGINS: ['de', 'fr', 'co.uk', 'com.au', 'org', 'net'].map((end) => `https://www.example.${end}`).join(),
    },
    // No pages elsewhere, so none is listed.
    {
      ...related,
      PASSKEY_ORIGINS: ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => `https://${one}.auth.example.com`).join(),
    },
  ])('accepts the passkeys of %o [PK11]', (env) => {
    expect(problemsOf({ ...production, ...env })).toEqual([])
  })

  test.each(refusals)('refuses %s of %o [AT14]', (name, env) => {
    expect(problemsOf({ ...production, ...env })).toEqual([expect.stringMatching(`^${name} must .*in production`)])
    expect(problemsOf({ ...production, ...env }, 'worker')).toContainEqual(expect.stringMatching(`^${name} must`))
  })

  test.each([
    { ARGON2_MEMORY_KIB: '47104', ARGON2_TIME_COST: '1' },
    { ARGON2_MEMORY_KIB: '9216', ARGON2_TIME_COST: '4' },
    { ARGON2_MEMORY_KIB: '65536', ARGON2_TIME_COST: '3' },
    { TRUSTED_PROXIES: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,::1,127.0.0.0/8,::ffff:10.0.0.0/104' },
    // Cloudflare's widest.
    { TRUSTED_PROXIES: '104.16.0.0/13,2a06:98c0::/29,203.0.113.9' },
    { OUTBOUND_ALLOW: '10.0.0.0/8,fd00::/8,id.intern' },
    { COOKIE_DOMAIN: 'example.co.uk', PUBLIC_URL: 'https://auth.example.co.uk' },
    { COOKIE_DOMAIN: 'corp.intern', PUBLIC_URL: 'https://auth.corp.intern' },
    { METRICS_TOKEN: '8fQ2mZ7xK1vB9nR4tY6wC3hJ' },
  ])('accepts %o [AT14]', (env) => {
    expect(problemsOf({ ...production, ...env })).toEqual([])
  })

  const lifetimes = Object.keys(variables).filter((name) => name.endsWith('_TTL_SECONDS'))

  test.each(lifetimes)('refuses ten years of %s [AT14]', (name) => {
    const absolute = name === 'SESSION_IDLE_TTL_SECONDS' ? { SESSION_ABSOLUTE_TTL_SECONDS: '31622400' } : {}
    const tenYears = { ...production, ...absolute, [name]: '315360000' }
    expect(problemsOf(tenYears)).toContainEqual(
      expect.stringMatching(`^${name} must (be at most \\d+ in production|not exceed)`),
    )
    expect(problemsOf({ [name]: '315360000', SESSION_ABSOLUTE_TTL_SECONDS: '315360000' })).toEqual([])
    // What nobody set is within.
    const most = Number(/at most (\d+)/.exec(problemsOf(tenYears).join())?.[1] ?? 31_622_400)
    expect(Number(loadConfig({})[variables[name as 'SIGNUP_TTL_SECONDS'].field])).toBeLessThanOrEqual(most)
  })

  test('asks the operator’s commands for the database alone', () => {
    const { DATABASE_URL } = production
    expect(problemsOf({ APP_ENV: 'production', DATABASE_URL }, 'cli')).toEqual([])
    expect(problemsOf({ APP_ENV: 'production' }, 'cli')).toEqual([expect.stringMatching('^DATABASE_URL must be set')])
  })
})

describe('URLs', () => {
  test.each([
    ['DATABASE_URL', 'postgres://api:50%off@db/postern'],
    ['DATABASE_URL', 'postgres://api@db/post%ern'],
    ['DATABASE_MIGRATION_URL', 'postgres://owner:100%@db/postern'],
    ['DATABASE_DIRECT_URL', 'postgres://owner:%FF@db/postern'],
    ['REDIS_URL', 'redis://:50%off@cache'],
    ['REDIS_URL', 'redis+cluster://:50%off@a:1,b:2'],
    ['SMTP_URL', 'smtp://me:50%off@mail.example.com'],
    ['FILE_STORE_URL', 'file:///srv/50%off'],
    ['FILE_STORE_URL', 's3://pictures?endpoint=https://s3.example.com/50%off'],
    ['WORKER_URL', 'http://worker/50%off'],
  ])('%s=%s is refused for its percent sign, in the one report [FD63]', (name, value) => {
    const env = {
      DATABASE_URL: 'postgres://a@b/c',
      WORKER_SECRET: ownSecret,
      S3_ACCESS_KEY_ID: 'a',
      S3_SECRET_ACCESS_KEY: 'b',
    }
    expect(problemsOf({ ...env, [name]: value })).toEqual([expect.stringMatching(`^${name} must be `)])
    const well = value.replace(/%(?=off|ern|@)|%FF/, '%25')
    expect(problemsOf({ ...env, [name]: well })).toEqual([])
  })

  test.each([
    'postgresql://user@/db?host=/run/postgresql',
    'postgres://user:pw@/db?host=/run/postgresql&sslmode=disable',
    'postgres://user@:5433/db?host=/run/postgresql',
  ])('%s is a socket [FD66]', (url) => {
    const { databaseUrl = '' } = loadConfig({ DATABASE_URL: url })
    const client = new pg.Client({ connectionString: databaseUrl })
    expect([client.host, client.user, client.database]).toEqual(['/run/postgresql', 'user', 'db'])
    expect(warningsOf({ ...production, DATABASE_URL: url })).toEqual([])
  })

  test.each<[what: string, string, RegExp]>([
    ['sslmode=Require', 'DATABASE_URL', /whose sslmode is one of disable/],
    ['sslmode=required', 'DATABASE_MIGRATION_URL', /whose sslmode is one of disable/],
    [
      'sslmode=verify-full&sslrootcert=/nowhere/authority',
      'DATABASE_URL',
      /but there is no file \/nowhere\/authority$/,
    ],
    [`sslmode=require&sslcert=${folder}`, 'DATABASE_DIRECT_URL', /whose sslcert can be read, but .+ is a folder$/],
  ])('PostgreSQL with %s is refused: %s would connect otherwise than it says [FD66]', (options, name, why) => {
    const problems = problemsOf({ DATABASE_URL: 'postgres://a@b/c', [name]: `postgres://a@b/c?${options}` })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must be .+${why.source}`))])
  })

  test.each(['endpiont=https://s3.example.com', 'endpoint=s3.example.com', 'endpoint=ftp://a.example', 'region=a b'])(
    'a bucket with %s is refused, as its pictures would go elsewhere [FD62]',
    (options) => {
      const env = { S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' }
      expect(problemsOf({ ...env, FILE_STORE_URL: `s3://pictures?${options}` })).toEqual([
        expect.stringMatching(/^FILE_STORE_URL must be /),
      ])
      const well = 's3://pictures?endpoint=https://a.example/storage/v1/s3&region=eu-central-1'
      expect(problemsOf({ ...env, FILE_STORE_URL: well })).toEqual([])
    },
  )

  test.each(['capacitor://localhost', 'tauri://localhost', 'ionic://localhost/', 'app.example+x://id:80'])(
    'CORS_ORIGINS=%s is an app’s [FD10]',
    (app) => {
      const { corsOrigins } = loadConfig({ ...production, CORS_ORIGINS: `https://app.example.com,${app}` })
      expect(corsOrigins).toEqual(['https://app.example.com', app.replace(/\/$/, '')])
    },
  )

  test.each([
    'capacitor:localhost',
    'capacitor://',
    'file:///',
    'javascript://a',
    'data://a',
    'capacitor://a/b',
    'Tauri://localhost',
    'null',
  ])('CORS_ORIGINS=%s is none [FD10]', (wrong) => {
    expect(problemsOf({ CORS_ORIGINS: wrong })).toEqual([expect.stringMatching(/^CORS_ORIGINS must be .+capacitor:/)])
  })
})

describe('the report', () => {
  test('names all mistakes at once, in the order of the documentation, each variable once', () => {
    const env = {
      APP_ENV: 'production',
      PORT: 'abc',
      PUBLIC_URL: 'auth.example.com',
      COOKIE_DOMAIN: 'example.com',
      WORKER_SECRET: 'short',
      RATE_LIMITS: 'off',
      ARGON2_TIME_COST: '11',
      METRICS_TOKEN_FILE: join(folder, 'missing'),
    }
    const expected = [
      'PORT must be a whole number from 0 to 65535, not "abc"',
      'PUBLIC_URL must be an origin such as https://auth.example.com, without a path, not "auth.example.com"',
      'FRONTEND_URL must be set in production: mailed links lead there',
      expect.stringMatching(/^KEYS_DIR must hold keys in production: .*`npm run admin -- keys init`/),
      'DATABASE_URL must be set in production: to a PostgreSQL, or to the word embedded to keep the data in DATA_DIR',
      'SMTP_URL must be set in production: the built-in inbox delivers nothing',
      'MAIL_FROM must be set in production',
      'WORKER_SECRET must be 32 or more ASCII characters without spaces',
      'RATE_LIMITS must not be off in production',
      'ARGON2_TIME_COST must be a whole number from 1 to 10, not "11"',
      'METRICS_TOKEN_FILE must name a readable file (ENOENT)',
    ]
    const problems = problemsOf({ ...env, KEYS_DIR: join(folder, 'none') })
    expect(problems).toEqual(expected)
    expect(new ConfigError(problems).message).toBe(problems.join('\n'))
  })

  test('one line a mistake, whatever was set', () => {
    expect(problemsOf({ LOG_LEVEL: 'a\nb' })).toEqual([expect.stringContaining('"a\\nb"')])
  })

  const wrong = [
    `${marker}`,
    ` ${marker} ${marker}\n`,
    `${marker}é`,
    `wrong://user:${marker}@host`,
    `https://user:${marker}@host/`,
    `postgres://user:${marker}#${marker}@host:port/db`,
    `smtp://user:${marker}@`,
    `redis://user:${marker}@:1`,
    `redis+cluster://user:${marker}@a:1,b:port`,
    `s3://user:${marker}@bucket`,
    `https://host/?token=${marker}`,
  ]
  const mayHoldSecrets = Object.values(variables).filter(
    ({ name }) => 'secret' in variables[name] || /_(URL|ISSUER|ENDPOINT|ORIGINS|ALLOW)$/.test(name),
  )

  test.each(mayHoldSecrets)('$name never shows a secret', ({ name, ...variable }) => {
    const values = 'secret' in variable ? wrong : wrong.filter((value) => value.includes('://'))
    for (const value of values) {
      for (const env of [{ [name]: value }, { ...production, [name]: value }]) {
        expect(problemsOf(env).join()).not.toContain(marker)
        expect(warningsOf(env).join()).not.toContain(marker)
      }
      const file = writeSecret('wrong', value)
      expect(problemsOf({ [`${name}_FILE`]: file }).join()).not.toContain(marker)
      expect(problemsOf({ [`${name}_FILE`]: file, [name]: value }).join()).not.toContain(marker)
    }
    expect(problemsOf({ [`${name}_FILE`]: `/${marker}` }).join()).not.toContain(marker)
  })
})

describe('NAME_FILE', () => {
  test.each(['', '\n', '\r\n'])('is read, without one newline at its end: %j', (end) => {
    const file = writeSecret('secret', `${ownSecret}${end}`)
    expect(loadConfig({ WORKER_SECRET_FILE: file }).workerSecret).toBe(ownSecret)
  })

  test('counts as set', () => {
    const file = writeSecret('database', production.DATABASE_URL)
    const config = loadConfig({ ...production, DATABASE_URL: '', DATABASE_URL_FILE: file })
    expect(config.databaseUrl).toBe(production.DATABASE_URL)
  })

  test('refuses both, what cannot be read, and what holds nothing or too much', () => {
    const problem = (env: Environment) => problemsOf(env).join()
    expect(problem({ WORKER_SECRET: ownSecret, WORKER_SECRET_FILE: '/x' })).toBe(
      'WORKER_SECRET and WORKER_SECRET_FILE are both set: keep one of them',
    )
    expect(problem({ WORKER_SECRET_FILE: folder })).toBe('WORKER_SECRET_FILE must name a readable file (EISDIR)')
    expect(problem({ WORKER_SECRET_FILE: writeSecret('empty', '\n') })).toBe(
      'WORKER_SECRET_FILE must name a file that is not empty',
    )
    expect(problem({ WORKER_SECRET_FILE: writeSecret('lines', `${ownSecret}\n\n`) })).toBe(
      'WORKER_SECRET must be 32 or more ASCII characters without spaces',
    )
    const bytes = join(folder, 'bytes')
    writeFileSync(bytes, randomBytes(200))
    expect(problem({ WORKER_SECRET_FILE: bytes })).toBe(
      'WORKER_SECRET_FILE must name a file of text in UTF-8 or UTF-16',
    )
  })

  test.each(['utf8', 'utf16le'] as const)('is read without its byte order mark: %s [FD62]', (encoding) => {
    const file = join(folder, 'marked')
    writeFileSync(file, `\uFEFF${ownSecret}\r\n`, encoding)
    expect(loadConfig({ WORKER_SECRET_FILE: file }).workerSecret).toBe(ownSecret)
  })

  test('is for every variable that may hold a secret', () => {
    const secrets = Object.values(variables).filter((variable) => 'secret' in variable)
    expect(secrets.map(({ name }) => name).toSorted()).toEqual([
      'DATABASE_DIRECT_URL',
      'DATABASE_MIGRATION_URL',
      'DATABASE_URL',
      'FORCE_TOKEN',
      'GITHUB_CLIENT_SECRET',
      'GOOGLE_CLIENT_SECRET',
      'MEILISEARCH_API_KEY',
      'MEILISEARCH_SEARCH_API_KEY',
      'METRICS_TOKEN',
      'REDIS_URL',
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
      'SMTP_URL',
      'TEST_IDENTITIES',
      'TURNSTILE_SECRET',
      'WORKER_SECRET',
    ])
  })
})

describe('warnings', () => {
  test('say what is set without effect', () => {
    const env = {
      MAIL_FROM_FILE: '/run/secrets/from',
      CORS_ORIGIN: 'https://app.example.com',
      REDIS_URI: 'redis://cache',
    }
    expect(warningsOf(env)).toEqual([
      'MAIL_FROM_FILE is set, but only a secret may come from a file: set MAIL_FROM.',
      'CORS_ORIGIN is set, but unknown: is CORS_ORIGINS meant?',
      'REDIS_URI is set, but unknown: is REDIS_URL meant?',
    ])
  })

  test.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['APP_EVN', 'APP_ENV'],
    ['app_env', 'APP_ENV'],
    ['\uFEFFAPP_ENV', 'APP_ENV'],
    ['TRUSTED_PROXYS', 'TRUSTED_PROXIES'],
    ['SMTP_URL_FIEL', 'SMTP_URL_FILE'],
    ['SESSION_IDLE_TTL_SECOND', 'SESSION_IDLE_TTL_SECONDS'],
  ])('say of %s that %s is meant, also where that one is missed [FD62]', (given, meant) => {
    const says = `${given} is set, but unknown: is ${meant} meant?`
    expect(warningsOf({ [given]: 'a' })).toEqual([says])
    expect(problemsOf({ APP_ENV: 'production', [given]: 'a' })).toContain(says)
  })

  test('say of NODE_ENV=production that APP_ENV is what counts [FD62]', () => {
    const says =
      'NODE_ENV is production, but APP_ENV is unset, so this is a server for development: set APP_ENV=production.'
    expect(warningsOf({ NODE_ENV: 'production' })).toEqual([says])
    expect(warningsOf({ NODE_ENV: 'production', APP_ENV: 'test' })).toEqual([])
    expect(warningsOf({ NODE_ENV: 'development' })).toEqual([])
  })

  test('of a file .env say also what is like none of ours, unless others read it [FD62]', () => {
    const file = { SESSION_SECRET: 'a', POSTGRES_PASSWORD: 'a', NODE_OPTIONS: '', HTTPS_PROXY: 'a', PORT: '80' }
    expect(settingsWithoutEffect({ ...file, JAVA_HOME: '/opt' }, file)).toEqual([
      'SESSION_SECRET is set in .env, but unknown.',
    ])
    const compose = Object.keys(uncommented()).filter((name) => !isVariable(name))
    const all = Object.fromEntries(compose.map((name) => [name, 'a']))
    expect(compose).toContain('EDGE_SUBNET')
    expect(settingsWithoutEffect(all, all)).toEqual([])
  })

  const far = 'leads elsewhere without TLS that is verified: '
  const s3 = { S3_ACCESS_KEY_ID: 'GK8f0c', S3_SECRET_ACCESS_KEY: ownSecret }
  const worker = { WORKER_SECRET: ownSecret }

  test.each<[name: string, env: Environment]>([
    ['DATABASE_URL', { DATABASE_URL: 'postgres://api:qN4vX8@db.example.com/postern' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://api:qN4vX8@203.0.113.7/postern?sslmode=disable' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://api:qN4vX8@db.example.com/postern?sslmode=no-verify' }],
    [
      'DATABASE_URL',
      { DATABASE_URL: 'postgres://api:qN4vX8@db.example.com/postern?uselibpqcompat=true&sslmode=require' },
    ],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://api:qN4vX8@localhost/postern?host=db.example.com' }],
    ['DATABASE_MIGRATION_URL', { DATABASE_MIGRATION_URL: 'postgres://owner:qN4vX9@db.example.com/postern' }],
    ['DATABASE_DIRECT_URL', { DATABASE_DIRECT_URL: 'postgres://owner:qN4vX9@db.example.com/postern?ssl=0' }],
    ...[
      'sslmode=',
      'sslmode=require&sslmode=disable',
      'ssl=true&ssl=0',
      'sslmode=verify-full&ssl=0&sslmode=no-verify',
    ].map(
      (query) =>
        ['DATABASE_URL', { DATABASE_URL: `postgres://api:qN4vX8@db.example.com/postern?${query}` }] as [
          string,
          Environment,
        ],
    ),
    ['DATABASE_URL', { DATABASE_URL: 'postgres://api:qN4vX8@localhost/postern?host=localhost&host=db.example.com' }],
    ['REDIS_URL', { REDIS_URL: 'rediss://:qN4vX8@cache.example.com?tls={"rejectUnauthorized":false}' }],
    ['REDIS_URL', { REDIS_URL: 'rediss://:qN4vX8@cache.example.com/0?tls=false' }],
    ['REDIS_URL', { REDIS_URL: 'redis://:qN4vX8@cache.example.com' }],
    ['REDIS_URL', { REDIS_URL: 'redis+cluster://:qN4vX8@127.0.0.1:1,cache.example.com:2' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.com' }],
    ['SMTP_URL', { SMTP_URL: 'smtps://me:qN4vX8@mail.example.com?tls.rejectUnauthorized=false' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://me:qN4vX8@mail.example.com?tls.rejectUnauthorized=false' }],
    ['WORKER_URL', { WORKER_URL: 'http://worker.example.com:8081', ...worker }],
    ['MEILISEARCH_URL', { MEILISEARCH_URL: 'http://search.example.com' }],
    ['FILE_STORE_URL', { FILE_STORE_URL: 's3://pictures?endpoint=http://s3.example.com', ...s3 }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com:4318' }],
  ])('name %s of %o, and what could happen [AT14]', (name, env) => {
    expect(warningsOf({ ...production, ...env })).toEqual([expect.stringMatching(`^${name} ${far}.+; .+\\.$`)])
    const { DATABASE_URL, SMTP_URL } = production
    expect(warningsOf({ DATABASE_URL, SMTP_URL, ...env })).toEqual([])
  })

  test.each([
    { DATABASE_URL: 'embedded' },
    { DATABASE_URL: 'postgresql:///postern?host=/run/postgresql' },
    { DATABASE_URL: 'postgres://api:qN4vX8@[::1]:5432/postern' },
    { DATABASE_URL: 'postgres://api:qN4vX8@db.example.com/postern?sslmode=require' },
    { REDIS_URL: 'rediss://:qN4vX8@cache.example.com' },
    { REDIS_URL: 'redis://127.0.0.1:6379' },
    { SMTP_URL: 'smtp://me:qN4vX8@mail.example.com:587' },
    { SMTP_URL: 'smtp://localhost:25' },
    { FILE_STORE_URL: 's3://pictures', ...s3 },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
  ])('say nothing of %o [AT14]', (env) => {
    expect(warningsOf({ ...production, ...env })).toEqual([])
  })

  test('name in one line what a private network must keep to itself [AT14]', () => {
    const env = {
      DATABASE_URL: 'postgres://api:qN4vX8@postgres/postern',
      REDIS_URL: 'redis+cluster://:qN4vX8@10.0.0.1:1,cache.internal:2',
      WORKER_URL: 'http://worker:8081',
      ...worker,
    }
    expect(warningsOf({ ...production, ...env })).toEqual([
      'Without TLS that is verified: DATABASE_URL, REDIS_URL, WORKER_URL. Keep the network that they share to Postern and these servers.',
    ])
  })

  test.each<[name: string, env: Environment]>([
    ['RATE_LIMITS', { RATE_LIMITS: '1000' }],
    ['NODE_TLS_REJECT_UNAUTHORIZED', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['SESSION_ABSOLUTE_TTL_SECONDS', { SESSION_ABSOLUTE_TTL_SECONDS: '31536000' }],
    ['REFRESH_TOKEN_TTL_SECONDS', { REFRESH_TOKEN_TTL_SECONDS: '31536000' }],
    ['ACCESS_TOKEN_TTL_SECONDS', { ACCESS_TOKEN_TTL_SECONDS: '7200' }],
    ['DEVICE_GATE', { DEVICE_GATE: 'off' }],
    ['PASSKEY_SIGNALS', { PASSKEY_SIGNALS: 'off' }],
  ])('name %s of %o [AT14]', (name, env) => {
    expect(warningsOf({ ...production, ...env })).toEqual([expect.stringMatching(`^${name} is `)])
    expect(warningsOf(env)).toEqual([])
  })

  test('leave alone what is in use, empty or not ours', () => {
    expect(
      warningsOf({ ...production, JWT_AUDIENCE: '', PATH: '/bin', HOME: '/', HOSTNAME: 'a', LOG_FILE: 'b' }),
    ).toEqual([])
  })
})

describe('documentation', () => {
  const documented = [
    ...['APP_ENV', 'HOST', 'PORT', 'PUBLIC_URL', 'FRONTEND_URL', 'DATA_DIR', 'KEYS_DIR', 'LOG_LEVEL', 'LOG_FORMAT'],
    ...['DATABASE_URL', 'DATABASE_MIGRATION_URL', 'DATABASE_DIRECT_URL', 'DATABASE_POOL_SIZE', 'DATABASE_TIMEOUT_MS'],
    ...[
      'REDIS_URL',
      'MEILISEARCH_URL',
      'MEILISEARCH_API_KEY',
      'MEILISEARCH_SEARCH_API_KEY',
      'MEILISEARCH_INDEX',
      'SMTP_URL',
      'SMTP_NAME',
      'MAIL_FROM',
    ],
    ...['DEFAULT_LOCALE', 'LOCALES', 'APP_NAME', 'BRAND_LOGO', 'BRAND_COLOR', 'SUPPORT_EMAIL', 'MAIL_TEXTS_DIR'],
    ...['WORKER_URL', 'WORKER_SECRET', 'WORKER_HOST', 'WORKER_PORT', 'MAIL_DELIVERY', 'WORKER_TIMEOUT_MS'],
    ...['TURNSTILE_SECRET', 'TURNSTILE_VERIFY_URL', 'TURNSTILE_TIMEOUT_MS', 'TRUSTED_PROXIES', 'CLIENT_IP_HEADER'],
    ...['CORS_ORIGINS', 'COOKIE_DOMAIN', 'RATE_LIMITS', 'PASSWORD_MIN_LENGTH'],
    ...['ARGON2_MEMORY_KIB', 'ARGON2_TIME_COST', 'ARGON2_CONCURRENCY'],
    ...['SESSION_MEMORY_MIB', 'SESSION_IDLE_TTL_SECONDS', 'SESSION_ABSOLUTE_TTL_SECONDS', 'ACCESS_TOKEN_TTL_SECONDS'],
    ...['REFRESH_TOKEN_TTL_SECONDS', 'JWT_AUDIENCE', 'EMAIL_VERIFICATION_TTL_SECONDS', 'PASSWORD_RESET_TTL_SECONDS'],
    ...['EMAIL_CHANGE_TTL_SECONDS', 'DEVICE_GATE', 'DEVICE_VERIFY_TTL_SECONDS', 'ACCOUNT_DELETION_TTL_SECONDS'],
    ...[
      'EMAIL_UNDO_TTL_SECONDS',
      'EVENTS_KEEP_DAYS',
      'SIGNUP_TTL_SECONDS',
      'TOTP_LOGIN_TTL_SECONDS',
      'OAUTH_STATE_TTL_SECONDS',
    ],
    ...['OAUTH_PENDING_TTL_SECONDS', 'TOTP_ISSUER', 'GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET', 'GOOGLE_CLIENT_ID'],
    ...[
      'GOOGLE_CLIENT_SECRET',
      'GITHUB_URL',
      'GITHUB_API_URL',
      'GOOGLE_AUDIENCES',
      'GOOGLE_ISSUER',
      'GITHUB_IMAGE_HOSTS',
    ],
    ...['GOOGLE_IMAGE_HOSTS', 'OAUTH_REDIRECT_URL', 'OAUTH_REDIRECT_ALLOW', 'OUTBOUND_ALLOW', 'FILE_STORE_URL'],
    ...['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'METRICS_PORT', 'METRICS_TOKEN', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    ...['PASSKEY_RP_ID', 'PASSKEY_RP_NAME', 'PASSKEY_ORIGINS', 'PASSKEY_FORMER_RP_IDS', 'PASSKEY_SIGNALS'],
    ...['PASSKEY_CHALLENGE_TTL_SECONDS', 'EMAIL_SIGN_IN', 'EMAIL_SIGN_IN_TTL_SECONDS', 'EMAIL_RESEND_AFTER_SECONDS'],
    ...['CONSOLE', 'CONSOLE_PORT', 'CONSOLE_ALLOW', 'IMPERSONATION'],
    ...['SIGN_UP', 'SIGN_UP_DOMAINS', 'SIGN_UP_DENY_DOMAINS'],
    ...['EMAIL_SIGN_UP', 'MAIL_CODES', 'DEVICE_GATE_MAIL', 'TEST_IDENTITIES'],
    ...['FORCE_TOKEN', 'BREACHED_PASSWORDS_URL', 'BREACHED_PASSWORDS_REQUIRED', 'BREACHED_PASSWORDS_AT_LOGIN'],
    'REFUSAL_LEDGER',
  ]

  test('every documented variable is in the table, and no other', () => {
    expect(Object.keys(variables).toSorted()).toEqual(documented.toSorted())
  })

  test('.env.example is what the table says', () => {
    expectInSync('.env.example', () => envExample())
  })

  test('docs/configuration.md has the table', () => {
    const generated = /(?<=^<!-- generated [^\n]*-->\n)[\s\S]*(?=^<!-- end -->$)/m
    expectInSync('docs/configuration.md', (page) => page.replace(generated, () => `\n${configurationTable()}\n`))
  })

  test('.env.example uncommented changes nothing', () => {
    const said = { frontendIsDefault: false, sources: expect.any(Object) }
    expect(loadConfig(uncommented())).toEqual({ ...loadConfig({}), ...said })
  })
})

function uncommented(): Environment {
  return parseEnv(envExample().replace(/^#(?=[A-Z])/gm, ''))
}

/** With UPDATE=1 the file is written instead. */
function expectInSync(name: string, render: (page: string) => string): void {
  const file = new URL(`../../${name}`, import.meta.url)
  const page = readFileSync(file, { encoding: 'utf8', flag: process.env.UPDATE ? 'a+' : 'r' })
  if (process.env.UPDATE) writeFileSync(file, render(page))
  else expect(page).toBe(render(page))
}
