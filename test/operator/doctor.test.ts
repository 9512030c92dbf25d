import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { ConfigError, loadConfig, startWarnings } from '../../src/config/load-config.ts'
import { addEncryptionKey } from '../../src/crypto/keyring.ts'
import { startApp, useApp } from '../support/app.ts'
import { startStandIn } from '../support/meilisearch-stand-in.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { signedUp } from '../support/people.ts'
import { openRangeService } from '../support/range-service.ts'
import { openScriptedServer, willing } from '../support/scripted-mail-server.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()

describe('npm run admin -- doctor', () => {
  test('everything that is configured is asked, and nothing is left behind', async () => {
    const meilisearch = await startStandIn()
    const env = {
      REDIS_URL: inject('redisUrl'),
      MEILISEARCH_URL: meilisearch.url,
      MEILISEARCH_API_KEY: meilisearch.apiKey ?? '',
      MEILISEARCH_SEARCH_API_KEY: meilisearch.searchApiKey ?? '',
    }
    const other = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl, KEYS_DIR: app.config.keysDir })
    const wasMade = () =>
      meilisearch.indexes.get('users')?.settings.stopWords !== undefined &&
      meilisearch.asked.some(({ method }) => method === 'PATCH')
    await expect.poll(wasMade, { timeout: 10_000 }).toBe(true)
    const receiver = await startOtlpReceiver()
    const range = await openRangeService()
    const smtp = await openScriptedServer({ ...willing, EHLO: '250-here\r\n250 SMTPUTF8' })
    const { code, out } = await runAdmin(app, ['doctor'], {
      ...env,
      DATABASE_DIRECT_URL: app.config.databaseUrl ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      SMTP_URL: smtp.url,
      SMTP_NAME: 'here.example.com',
      BREACHED_PASSWORDS_URL: range.url,
    })
    await range.stop()
    await receiver.stop()
    await smtp.close()
    expect(smtp.lines).toEqual([
      'EHLO here.example.com',
      'MAIL FROM:<postern@localhost>',
      'RCPT TO:<postmaster@localhost>',
      'RSET',
      'QUIT',
    ])
    expect(receiver.asked).toBe(1)
    expect(receiver.spans).toEqual([])
    const lines = out.trim().split('\n')
    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'fine     settings',
      'fine     PostgreSQL',
      'fine     notifications',
      'fine     keys',
      'fine     pictures',
      'fine     mails',
      'fine     Redis',
      'fine     Meilisearch',
      'fine     mail server',
      'fine     breached passwords',
      'fine     traces',
      'fine     passkeys',
    ])
    expect(code).toBe(0)
    expect(lines[1]).toMatch(/: version \d+(\.\d+)*, up to date$/)
    await other.close()
    await meilisearch.stop()
  })

  test('an older encryption key that is gone, and is needed, is named as /health/ready does [AT23]', async () => {
    const keyed = await startApp()
    const { client } = await signedUp(keyed)
    expect((await client.post('/v0/auth/totp/setup')).status).toBe(200)
    addEncryptionKey(keyed.config.keysDir)
    expect((await runAdmin(keyed, ['doctor'])).code).toBe(0)
    rmSync(join(keyed.config.keysDir, 'encryption-1.key'))
    const { code, out } = await runAdmin(keyed, ['doctor'])
    expect([code, out]).toEqual([1, expect.stringMatching(/^FAILED {3}keys: the encryption key 1 is missing/m)])
    await keyed.close()
  })

  test.each([-60, 60])('a clock that is %i s off is said [AT23]', async (seconds) => {
    const { code, out } = await runAdmin(app, ['doctor'], {
      CLOCK_SHIFT_SECONDS: String(seconds),
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/shifted-clock.ts')}`,
    })
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^FAILED {3}PostgreSQL: its clock differs .* by (59|60|61) s/m),
    ])
  })

  test('a mail server that takes connections but no mails is no mail server, and what it said is shown [FD31]', async () => {
    const smtp = await openScriptedServer({ ...willing, RCPT: '504 5.5.2 <vm>: Helo command rejected' })
    const { code, out } = await runAdmin(app, ['doctor'], { SMTP_URL: smtp.url })
    await smtp.close()
    expect(code).toBe(1)
    expect(out).toMatch(/^FAILED {3}mail server: .+504 5\.5\.2 <vm>: Helo command rejected; see SMTP_URL, SMTP_NAME/m)
  })

  test('what does not work is named with what to do about it, and no secret is shown [LG1]', async () => {
    const { code, out, err } = await runAdmin(app, ['doctor'], {
      APP_ENV: 'production',
      DATABASE_URL: 'postgres://api:secret-of-pg@127.0.0.1:1/postern',
      DATABASE_DIRECT_URL: 'postgres://api:secret-of-direct@127.0.0.1:1/postern',
      REDIS_URL: 'redis://:secret-of-redis@127.0.0.1:1',
      MEILISEARCH_URL: 'http://127.0.0.1:1',
      MEILISEARCH_API_KEY: 'secret-of-meilisearch',
      SMTP_URL: 'smtps://me:secret-of-smtp@127.0.0.1:1',
      WORKER_URL: 'http://127.0.0.1:1',
      WORKER_SECRET: 'secret-of-the-worker-32-characters',
      KEYS_DIR: '/nowhere/keys',
      FILE_STORE_URL: 'file:/dev/null/files',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      PASSKEY_RP_ID: 'localhost',
      PASSKEY_ORIGINS: `https://app.example.com,android:apk-key-hash:${'A'.repeat(43)}`,
      BREACHED_PASSWORDS_URL: 'file:/nowhere/pwned.bin',
    })
    expect(code).toBe(1)
    const expected = {
      settings: 'FRONTEND_URL.+docs/configuration.md',
      PostgreSQL: 'DATABASE_URL',
      notifications: 'DATABASE_DIRECT_URL',
      keys: 'keys init',
      pictures: 'FILE_STORE_URL',
      Redis: 'REDIS_URL',
      Meilisearch: 'MEILISEARCH_URL',
      'mail server': 'SMTP_URL',
      'breached passwords': 'BREACHED_PASSWORDS_URL',
      worker: 'npm run worker',
      traces: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      passkeys: '; see DATABASE_URL',
      'related origins': 'OUTBOUND_ALLOW',
      'Android apps': 'OUTBOUND_ALLOW',
    }
    for (const [name, remedy] of Object.entries(expected))
      expect(out).toMatch(new RegExp(`^FAILED   ${name}: .+${remedy}`, 'm'))
    // Mails need none of that.
    expect(out.match(/^(?!FAILED).+/gm)).toEqual([expect.stringMatching(/^fine +mails: /)])
    expect(out.match(/^FAILED/gm)).toHaveLength(Object.keys(expected).length)
    expect(out + err).not.toContain('secret-of')
  })

  test('leaked passwords: whether the commonest is found; where nothing is set, production is told to [PW9]', async () => {
    const range = await openRangeService()
    const look = async (more: Readonly<Record<string, string>>) => (await runAdmin(app, ['doctor'], more)).out
    const env = { BREACHED_PASSWORDS_URL: range.url }
    expect(await look(env)).toContain('fine     breached passwords: lookups work, but "password" was not found')
    range.leak('password')
    expect(await look(env)).toMatch(/^fine {5}breached passwords: lookups work(?:, but one took \d+ ms, .*)?$/m)
    await range.stop()
    expect(await look(env)).toMatch(/^FAILED {3}breached passwords: .+ did not answer.*; see BREACHED_PASSWORDS_URL/m)
    expect(await look({})).toMatch(/^fine {5}settings: the API can start with them$/m)
  })

  test('sign-up: who can make an account, where that is not simply everybody', async () => {
    const look = async (more: Readonly<Record<string, string>>) => (await runAdmin(app, ['doctor'], more)).out
    expect(await look({})).not.toContain('sign-up')
    expect(await look({ SIGN_UP: 'closed' })).toMatch(/^fine {5}sign-up: closed: /m)
    const lists = { SIGN_UP_DOMAINS: 'a.example,b.example,c.example,d.example', SIGN_UP_DENY_DOMAINS: 'bücher.example' }
    expect(await look(lists)).toContain(
      'sign-up: open to everybody, only with addresses of a.example, b.example, c.example and 1 more, ' +
        'not with addresses of xn--bcher-kva.example',
    )
  })

  test('says of the settings what a start says, in the same words [AT14]', async () => {
    const production = {
      APP_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.com',
      FRONTEND_URL: 'https://app.example.com',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'no-reply@example.com',
      DATABASE_URL: app.config.databaseUrl ?? '',
      KEYS_DIR: app.config.keysDir,
      RATE_LIMITS: '1000',
      ACCESS_TOKEN_TTL_SECONDS: '7200',
      WORKER_URL: 'http://worker.invalid:1',
      WORKER_SECRET: 'k3J9vQ-x81mZpL0aT5cW7nR2yB6dF4hG',
    }
    const warned = await runAdmin(app, ['doctor'], production)
    const notes = warned.out.split('\n').filter((line) => line.startsWith('note'))
    // A file .env is looked for in another folder there.
    const warnings = startWarnings(production, loadConfig(production)).filter((one) => !one.includes('.env'))
    expect(notes).toEqual(warnings.map((warning) => `note     ${warning}`))
    expect(warned.out).toMatch(/^fine {5}settings: the API can start with them; consider BREACHED_PASSWORDS_URL/m)
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual([
      'WORKER_URL',
      'RATE_LIMITS',
      'ACCESS_TOKEN_TTL_SECONDS',
    ])

    const wrong = { ...production, METRICS_TOKEN: 'ab', ARGON2_MEMORY_KIB: '8192', TRUSTED_PROXIES: '::/0' }
    const { problems } = problemsOf(wrong)
    expect(problems).toHaveLength(3)
    const refused = await runAdmin(app, ['doctor'], wrong)
    expect(refused.code).toBe(1)
    expect(refused.out).toContain(`FAILED   settings: ${problems.join('; ')}; see docs/configuration.md\n`)
  })
})

function problemsOf(env: Readonly<Record<string, string>>): ConfigError {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
