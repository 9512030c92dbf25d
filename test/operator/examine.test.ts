import { expect, test } from 'vitest'
import { administrator, moderator } from '../audit/support.ts'
import { said } from '../moderation/support.ts'
import { startApp, useApp } from '../support/app.ts'

const url = '/v0/admin/doctor'
const app = useApp()

type Finding = { readonly name: string; readonly is_fine: boolean; readonly says: string }

test(`GET ${url} says what doctor says, at most once a minute`, async () => {
  const { client } = await administrator(app)
  const [one, other] = await Promise.all([client.get(url), client.get(url)])
  expect(one.status).toBe(200)
  expect(other.body).toEqual(one.body)
  expect((await client.get(url)).body.examined_at).toBe(one.body.examined_at)
  const findings = one.body.findings as readonly Finding[]
  expect(findings.filter(({ is_fine: isFine }) => !isFine)).toEqual([])
  expect(findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['settings', 'PostgreSQL', 'keys', 'pictures']),
  )
})

test('what does not work is named, and the password of its URL is not [AD2]', async () => {
  const { client } = await administrator(app)
  const broken = await startApp({
    DATABASE_URL: app.config.databaseUrl,
    KEYS_DIR: app.config.keysDir,
    SMTP_URL: 'smtp://me:of-the-mail-server@127.0.0.1:9',
  })
  const there = broken.client()
  for (const [name, value] of client.cookies) there.cookies.set(name, value)
  const { body } = await there.get(url)
  const server = (body.findings as readonly Finding[]).find(({ name }) => name === 'mail server')
  expect(server).toMatchObject({ is_fine: false, says: expect.stringContaining('SMTP_URL') })
  expect(JSON.stringify(body)).not.toContain('of-the-mail-server')
  await broken.close()
})

test('user:permission_insufficient for a moderator', async () => {
  const { client } = await moderator(app)
  expect(said(await client.get(url))).toEqual([403, 'user:permission_insufficient'])
})
