import { afterAll, beforeAll, expect, test } from 'vitest'
import { contract } from '../../src/client/api.ts'
import { version } from '../../src/process/version.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'

const token = 'metrics-token-of-the-test'
const march = '00000000march000'

let first: TestApp
let app: TestApp
beforeAll(async () => {
  first = await startApp()
  // What an earlier version left there: it did not know that one may be banned, and had no GET /v0/contract.
  await first.sql(
    `insert into contracts (digest, version, codes, served_at)
     select $1, '0.0.9', jsonb_set(codes, '{POST /v0/auth/login}', (codes -> 'POST /v0/auth/login') - 'auth:invalid_credentials')
       - 'GET /v0/contract', now() - interval '90 days'
     from contracts`,
    [march],
  )
  await first.sql(
    `insert into contracts (digest, version, codes, served_at)
     select 'old' || n, '0.0.1', '{}', now() - interval '1 year' - n * interval '1 day' from generate_series(1, 100) n`,
  )
  app = await startApp({ DATABASE_URL: first.config.databaseUrl, METRICS_TOKEN: token })
})
afterAll(async () => {
  await app.close()
  await first.close()
})

const read = async () => {
  const { text } = (await app.deps.metrics?.read()) ?? { text: '' }
  return text.split('\n').filter((line) => /^postern_(?:unknown|contract)/.test(line))
}
const wrong = { email: 'nobody@example.com', password: 'correct horse battery' }
const logIn = (headers: Record<string, string>) => app.client().post('/v0/auth/login', wrong, { headers })

test('counts the codes that the contract of a caller does not have, and the callers by their contract', async () => {
  for (const digest of [march, march, contract]) {
    expect(said(await logIn({ 'x-contract': digest }))).toEqual([401, 'auth:invalid_credentials'])
  }
  expect(said(await app.client().post('/v0/auth/login', {}, { headers: { 'x-contract': march } }))[0]).toBe(400)
  const lines = await read()
  expect(lines.filter((line) => line.startsWith('postern_unknown_codes_total'))).toEqual([
    `postern_unknown_codes_total{method="POST",route="/v0/auth/login",code="auth:invalid_credentials",contract="${march}"} 2`,
  ])
  expect(lines).toContain(`postern_contract_answers_total{contract="${march}"} 3`)
  expect(lines).toContain(`postern_contract_answers_total{contract="${contract}"} 1`)
  expect(lines).toContain(`postern_contract_info{contract="${march}",version="0.0.9"} 1`)
  expect(lines).toContain(`postern_contract_info{contract="${contract}",version="${version}"} 1`)
})

test('whatever a stranger names makes one series', async () => {
  const before = (await read()).length
  for (let n = 0; n < 50; n++) await logIn({ 'x-contract': `${n}${'é"\\'.repeat(n)}` })
  await logIn({ 'x-contract': '' })
  await logIn({ 'x-contract': 'old99' })
  await logIn({ 'x-contract': 'constructor' })
  const lines = await read()
  expect(lines.length - before).toBe(1)
  expect(lines).toContain('postern_contract_answers_total{contract="unknown"} 53')
})

test('the latest 32 contracts are kept', async () => {
  const rows = await app.sql<{ digest: string; version: string }>(
    'select digest, version from contracts order by served_at desc',
  )
  expect(rows.length).toBe(32)
  expect(rows.slice(0, 3)).toEqual([
    { digest: contract, version },
    { digest: march, version: '0.0.9' },
    { digest: 'old1', version: '0.0.1' },
  ])
})
