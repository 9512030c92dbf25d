import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue, errorCodes } from '../../src/errors/catalogue.ts'
import { publicUrl, useApp } from '../support/app.ts'

type Published = {
  readonly code: string
  readonly status: number
  readonly description: string
  readonly raised_when: string
}

const published = (
  JSON.parse(readFileSync(new URL('errors.json', import.meta.url), 'utf8')) as { codes: readonly Published[] }
).codes

const app = useApp()

test('the catalogue has the published codes and no others', () => {
  expect([...errorCodes].sort()).toEqual(published.map(({ code }) => code).sort())
})

test.each(published)('$code has the published status and texts', ({ code, status, description, raised_when }) => {
  expect(catalogue[code as keyof typeof catalogue]).toMatchObject({
    status,
    title: description,
    description: raised_when,
  })
})

test('GET /v0/errors lists all of them, each with a place to read about it', async () => {
  const answer = await app.client().get('/v0/errors')
  expect(answer.status).toBe(200)
  const wanted = published.map(({ code, status, description, raised_when }) => ({
    code,
    status,
    title: description,
    description: raised_when,
    doc_url: `${publicUrl}/docs/errors#${code}`,
  }))
  const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)
  expect((answer.body.errors as typeof wanted).toSorted(byCode)).toEqual(wanted.toSorted(byCode))
})

test('GET /v0/errors is not sent again to who has it', async () => {
  const first = await app.client().get('/v0/errors')
  const etag = String(first.headers.etag)
  expect(etag).toMatch(/^"[\w-]+"$/)
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await app.app.inject({ url: '/v0/errors', headers: { 'if-none-match': known } })
    expect([known, again.statusCode, again.body.length, again.headers.etag]).toEqual([known, 304, 0, etag])
  }
  expect((await app.client().get('/v0/errors', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
})

test('/docs/errors has one anchor per code', async () => {
  const { body } = await app.app.inject({ url: '/docs/errors' })
  const anchors = [...body.matchAll(/<li id="([^"]*)"/g)].map(([, id]) => id).sort()
  expect(anchors).toEqual([...errorCodes].sort())
})
