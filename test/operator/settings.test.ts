import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { describeSettings } from '../../src/config/settings.ts'
import { variableList } from '../../src/config/variables.ts'
import { administrator, moderator } from '../audit/support.ts'
import { said } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { runAdmin } from '../support/server-process.ts'

const url = '/v0/admin/settings'
const app = useApp({ APP_NAME: 'Acme' })

type Setting = { readonly name: string; readonly source: string; readonly is_secret: boolean; readonly value?: string }

test(`GET ${url} has every variable, with where it comes from`, async () => {
  const { client } = await administrator(app)
  const { status, body } = await client.get(url)
  expect(status).toBe(200)
  const all = body.data as readonly Setting[]
  expect(all.map(({ name }) => name)).toEqual(variableList.map(({ name }) => name))
  const find = (wanted: string) => all.find(({ name }) => name === wanted)
  expect(find('APP_NAME')).toEqual({
    name: 'APP_NAME',
    group: 'Languages and brand',
    meaning: expect.stringContaining('name at the top'),
    source: 'env',
    is_secret: false,
    value: 'Acme',
  })
  expect(find('SESSION_IDLE_TTL_SECONDS')).toMatchObject({ source: 'default', value: '604800' })
  expect(find('DATABASE_URL')).toMatchObject({ source: 'env', is_secret: true })
  expect(find('DATABASE_URL')).not.toHaveProperty('value')
  expect(find('REDIS_URL')).toMatchObject({ source: 'default', is_secret: true })
})

const marker = 'Zq7markerZq7'
/** Of every variable that is secret a value that it takes, with the marker in it; a new one belongs here. */
const marked: Readonly<Record<string, string>> = {
  DATABASE_URL: `postgres://api:${marker}@db.example.com/postern`,
  DATABASE_MIGRATION_URL: `postgres://owner:${marker}@db.example.com/postern`,
  DATABASE_DIRECT_URL: `postgres://direct:${marker}@db.example.com/postern`,
  REDIS_URL: `redis://:${marker}@cache.example.com`,
  SMTP_URL: `smtp://me:${marker}@mail.example.com`,
  WORKER_SECRET: marker.repeat(3),
  TURNSTILE_SECRET: marker,
  GITHUB_CLIENT_ID: 'client',
  GITHUB_CLIENT_SECRET: marker,
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: marker,
  MEILISEARCH_URL: 'http://search.example.com',
  MEILISEARCH_API_KEY: marker,
  MEILISEARCH_SEARCH_API_KEY: marker,
  FILE_STORE_URL: 's3://pictures?endpoint=https://s3.example.com',
  S3_ACCESS_KEY_ID: marker,
  S3_SECRET_ACCESS_KEY: marker,
  METRICS_TOKEN: marker,
  FORCE_TOKEN: marker.repeat(3),
  TEST_IDENTITIES: `${marker}@example.com:123456`,
}

test('nothing of a secret is shown, whichever it is [AD2]', () => {
  const secrets = variableList.filter(({ secret }) => secret).map(({ name }) => name)
  expect(Object.keys(marked)).toEqual(expect.arrayContaining(secrets))
  const all = describeSettings(loadConfig({ ...marked, WORKER_URL: 'http://worker:8081' }))
  expect(JSON.stringify(all)).not.toContain(marker)
  for (const name of secrets)
    expect(all.find((one) => one.name === name)).toMatchObject({ source: 'env', isSecret: true })
})

test('a variable whose name says that it is secret is one [AD2]', () => {
  const named = variableList.filter(({ name }) =>
    /(?:SECRET|TOKEN|PASSWORD|KEY|KEY_ID|CREDENTIALS?|DSN|IDENTITIES)$/.test(name),
  )
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter(({ secret }) => !secret)).toEqual([])
})

test('what comes from a file is said to; long lists are cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), marker)
  writeFileSync(join(folder, 'domains'), Array.from({ length: 30 }, (_, n) => `d${n}.example.com`).join('\n'))
  const all = describeSettings(
    loadConfig({ METRICS_TOKEN_FILE: join(folder, 'token'), SIGN_UP_DOMAINS: `@${join(folder, 'domains')}` }),
  )
  expect(all.find(({ name }) => name === 'METRICS_TOKEN')).toMatchObject({ source: 'file' })
  expect(all.find(({ name }) => name === 'SIGN_UP_DOMAINS')?.value).toMatch(/^d0\.example\.com,.+, and 10 more$/)
})

test('user:permission_insufficient for a moderator', async () => {
  const { client } = await moderator(app)
  expect(said(await client.get(url))).toEqual([403, 'user:permission_insufficient'])
})

test('npm run admin -- settings shows what is set, and of a secret that it is', async () => {
  const { out } = await runAdmin(app, ['settings'])
  expect(out).toMatch(/^APP_ENV=test \(env\)$/m)
  expect(out).toMatch(/^DATABASE_URL=set \(env\)$/m)
})
