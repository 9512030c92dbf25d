import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Contract } from '../../src/client/contract/contract.ts'
import { startApp, useApp } from '../support/app.ts'

const app = useApp()
const ask = async (from = app) => (await from.client().get('/v0/contract')).body as Contract

test('GET /v0/contract says what is published, and no more', async () => {
  const published = readFileSync(new URL('published.txt', import.meta.url), 'utf8')
  const { operations, status } = await ask()
  const list = (words: readonly string[]) => [...words].sort().join(' ')
  const codesOf = (name: string) =>
    [...published.matchAll(/^(\S+ \S+) \d+ answers (.*)$/gm)].flatMap(([, one, codes = '']) =>
      one === name ? codes.split(' ') : [],
    )
  const givenBy = (name: string) =>
    [...published.matchAll(/^(\S+ \S+) (\d+) gives ?(.*)$/gm)].filter(([, one]) => one === name)
  for (const { method, route, needs, statuses, fields, codes } of operations) {
    const name = `${method} ${route}`
    expect(published).toContain(`${`${name} needs ${list(needs)}`.trim()}\n`)
    expect([name, list(codes)]).toEqual([name, list(codesOf(name))])
    expect([name, statuses.map(String)]).toEqual([name, givenBy(name).map(([, , one]) => one)])
    const given = new Set(givenBy(name).flatMap(([, , , names = '']) => names.split(' ').filter(Boolean)))
    expect([name, list(fields)]).toEqual([name, list([...given])])
  }
  expect(operations.length).toBe(published.match(/ needs/g)?.length)
  for (const [code, one] of Object.entries(status)) expect(published).toContain(`code ${code} ${one}\n`)
})

test('it may be kept by everybody, and is not sent again to who has it', async () => {
  const { headers } = await app.client().get('/v0/contract')
  const etag = String(headers.etag)
  expect(headers['cache-control']).toBe('public, max-age=300')
  for (const known of [etag, `W/${etag}`]) {
    const again = await app.app.inject({ url: '/v0/contract', headers: { 'if-none-match': known } })
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag])
  }
  expect((await app.client().get('/v0/contract', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
})

test('its digest is of operations and codes: no setting changes it', async () => {
  const own = await ask()
  const other = await startApp({
    APP_ENV: 'development',
    HOST: '127.0.0.1',
    EMAIL_SIGN_UP: 'on',
    EMAIL_SIGN_IN: 'on',
    RATE_LIMITS: 'on',
    TURNSTILE_SECRET: 'of-the-test',
    METRICS_TOKEN: undefined,
  })
  const theirs = await ask(other)
  await other.close()
  expect(theirs.digest).toBe(own.digest)
  const needsOf = ({ operations }: Contract) => operations.find(({ route }) => route === '/v0/auth/signup')?.needs
  expect([needsOf(own), needsOf(theirs)]).toEqual([
    expect.arrayContaining(['password']),
    expect.not.arrayContaining(['password']),
  ])
})
