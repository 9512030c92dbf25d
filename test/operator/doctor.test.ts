import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { startStandIn } from '../support/meilisearch.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { runAdmin } from '../support/server-process.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

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
    await expect.poll(() => meilisearch.asked.some(({ method }) => method === 'PATCH'), { timeout: 10_000 }).toBe(true)
    const receiver = await startOtlpReceiver()
    const { code, out } = await runAdmin(app, ['doctor'], {
      ...env,
      DATABASE_DIRECT_URL: app.config.databaseUrl ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    })
    await receiver.stop()
    expect(receiver.asked).toBe(1)
    expect(receiver.spans).toEqual([])
    const lines = out.trim().split('\n')
    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'fine     settings',
      'fine     PostgreSQL',
      'fine     notifications',
      'fine     keys',
      'fine     pictures',
      'fine     Redis',
      'fine     Meilisearch',
      'fine     traces',
    ])
    expect(code).toBe(0)
    expect(lines[1]).toMatch(/: version \d+(\.\d+)*, up to date$/)
    await other.close()
    await meilisearch.stop()
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
      worker: 'npm run worker',
      traces: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }
    for (const [name, remedy] of Object.entries(expected))
      expect(out).toMatch(new RegExp(`^FAILED   ${name}: .+${remedy}`, 'm'))
    expect(out.trim().split('\n')).toHaveLength(Object.keys(expected).length)
    expect(out + err).not.toContain('secret-of')
  })
})
