import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { sweepOrphans } from '../../src/files/sweep-orphans.ts'
import { said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { fetchFile, pathOf, picture, upload } from './support.ts'

let app: TestApp
let own: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  own = await somebody(app)
})
afterAll(() => app.close())

const folder = () => fileURLToPath(app.config.fileStoreUrl)
const put = async () =>
  pathOf(await upload(own.client, '/v0/user/me/profile-image', { bytes: await picture().png().toBuffer() }))
const fileOf = (path: string) => join(folder(), path.split('/').at(-1) ?? '')

describe('GET /v0/files/:name', () => {
  test('for ever the same bytes, of a fixed type that nothing runs in [FS3]', async () => {
    const file = await fetchFile(app, await put())
    expect(file.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    })
  })

  test.each(['nothing.webp', '..%2f..%2fkeys%2fencryption.webp', `${'x'.repeat(32)}.webp`, '%00.webp'])(
    'file:not_found: %s',
    async (name) => {
      expect(said(await app.client().get(`/v0/files/${name}`))).toEqual([400, 'file:not_found'])
    },
  )

  test('file:read_error: bytes that are not those that were stored, and bytes that are missing', async () => {
    const path = await put()
    const { bytes } = await fetchFile(app, path)
    const changed = Buffer.from(bytes)
    changed[changed.length - 1] = Number(changed.at(-1)) ^ 1
    await writeFile(fileOf(path), changed)
    expect(said(await app.client().get(path))).toEqual([400, 'file:read_error'])
    await writeFile(fileOf(path), bytes)
    expect((await fetchFile(app, path)).status).toBe(200)
    await writeFile(fileOf(path), '')
    expect(said(await app.client().get(path))).toEqual([400, 'file:read_error'])
  })
})

test('the sweep takes files without an owner, but none that is young enough to get one still', async () => {
  const kept = fileOf(await put())
  const [orphan, young, temporary] = [`${'o'.repeat(32)}.webp`, `${'y'.repeat(32)}.webp`, '.postern-half-written']
  for (const name of [orphan, young, temporary]) await writeFile(join(folder(), name), 'x')
  await writeFile(join(folder(), 'letter.txt'), 'x')
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  for (const name of [kept, ...[orphan, temporary, 'letter.txt'].map((name) => join(folder(), name))])
    await utimes(name, longAgo, longAgo)
  const { db, close } = openDatabase({
    url: app.config.databaseUrl ?? '',
    poolSize: 1,
    timeoutMs: 2000,
    onIdleError: () => undefined,
  })
  await sweepOrphans({ db, fileStore: app.deps.fileStore })
  await close()
  const left = await readdir(folder())
  expect([left.includes(orphan), left.includes(temporary), left.includes(young)]).toEqual([false, false, true])
  // A folder may hold what is not ours.
  expect(left).toContain('letter.txt')
  expect(left).toContain(kept.split('/').at(-1))
})
