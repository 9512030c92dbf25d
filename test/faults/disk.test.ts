import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, type TestContext, test, vi } from 'vitest'
import { addEncryptionKey, openKeyring } from '../../src/crypto/keyring.ts'
import { openEmbeddedDatabase } from '../../src/db/embedded/database.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { picture, upload } from '../files/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { newPerson, type Person, signedUp } from '../support/people.ts'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await app.sql(`
    create function disk_full() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`)
})
afterAll(() => app.close())

/** PostgreSQL refuses the row as it does when its disk is full; what such a server answers is all that the API sees of it. */
test.each([
  ['where a row is written', 'create trigger full_disk before insert on mails', 'system:database_error'],
  [
    'at the commit',
    'create constraint trigger full_disk after insert on mails deferrable initially deferred',
    'system:transaction_error',
  ],
])(
  'a full disk, %s: a documented error, nothing half done, and all is well afterwards [FT10]',
  async (_name, trigger, code) => {
    const person = newPerson()
    const rows = () => Promise.all(['sign_ups', 'handles', 'mailed_tokens', 'mails'].map(countOf))
    const before = await rows()
    await app.sql(`${trigger} for each row execute function disk_full()`)
    const answer = await app.client().post('/v0/auth/signup', person)
    expect([answer.status, answer.code, answer.setCookies]).toEqual([500, code, []])
    expect(await rows()).toEqual(before)

    await app.sql('drop trigger full_disk on mails')
    expect((await app.client().post('/v0/auth/signup', person)).status).toBe(202)
  },
)

const countOf = async (table: string): Promise<unknown> => (await app.sql(`select count(*) from ${table}`))[0]

async function smallDisk(context: TestContext, mebibytes: number): Promise<SmallDisk> {
  const disk = await mountSmallDisk(mebibytes)
  if (typeof disk === 'string') return context.skip(disk)
  onTestFinished(disk.remove)
  return disk
}

describe('a small file system that is full', { timeout: 90_000 }, () => {
  test('under PostgreSQL: documented errors, every acknowledged sign-up durable, no other one half there; well again with room [FT10]', async (context) => {
    const disk = await smallDisk(context, 160)
    const database = await openEmbeddedDatabase({ dataDir: disk.folder, role: 'guest' })
    onTestFinished(database.close)
    const { url } = database
    await applyMigrations({ main: url, migration: url, direct: url })
    const full = await appWith({ DATABASE_URL: url, MAIL_DELIVERY: 'queue', DATABASE_TIMEOUT_MS: '1000' })

    const told: { readonly person: Person; readonly status: number; readonly code: string | undefined }[] = []
    const signUp = async () => {
      const person = newPerson()
      const { status, code } = await full.client().post('/v0/auth/signup', person)
      told.push({ person, status, code })
    }
    await signUp()
    disk.fill()
    const refused = () => told.filter(({ status }) => status !== 202)
    while (refused().length < 10 && told.length < 600) await Promise.all([signUp(), signUp(), signUp(), signUp()])
    expect(refused().length).toBeGreaterThanOrEqual(10)
    const codes = new Set(refused().map(({ code }) => code))
    for (const code of codes) expect(['system:database_error', 'system:transaction_error']).toContain(code)

    disk.free()
    const freedAt = performance.now()
    await vi.waitFor(async () => expect((await full.client().post('/v0/auth/signup', newPerson())).status).toBe(202), {
      timeout: 30_000,
      interval: 100,
    })
    const recoveryMs = Math.round(performance.now() - freedAt)
    const counts = async ({ email, handle }: Person): Promise<unknown> =>
      Object.values(
        (
          await full.sql<Record<string, number>>(
            `select (select count(*)::int from sign_ups where email_key = $1) as a,
               (select count(*)::int from handles where key = $2) as b,
               (select count(*)::int from mailed_tokens where address_key = $1) as c,
               (select count(*)::int from mails m join mailed_tokens t on t.id = m.token_id where t.address_key = $1) as d`,
            [email, handle],
          )
        )[0] ?? {},
      ).join()
    let [lost, halfDone] = [0, 0]
    for (const { person, status } of told) {
      const found = await counts(person)
      if (status === 202 && found !== '1,1,1,1') lost += 1
      if (status !== 202 && found !== '1,1,1,1' && found !== '0,0,0,0') halfDone += 1
    }
    context.task.meta.figures = { asked: told.length, full: refused().length, lost, 'half done': halfDone, recoveryMs }
    expect([lost, halfDone]).toEqual([0, 0])
  })

  test('under the files: file:upload_error, nothing of the picture stays; with room it is stored [FT10]', async (context) => {
    const disk = await smallDisk(context, 2)
    const full = await appWith({ DATA_DIR: disk.folder })
    const { client } = await signedUp(full)
    const bytes = await picture(1000, 1000).png().toBuffer()
    const send = () => upload(client, '/v0/user/me/profile-image', { bytes })
    disk.fill()
    const answer = await send()
    expect([answer.status, answer.code]).toEqual([400, 'file:upload_error'])
    expect((await client.get('/v0/user/me')).body.profile_image).toBeUndefined()
    expect(await full.sql('select from files')).toEqual([])
    disk.free()
    expect(readdirSync(join(disk.folder, 'files'))).toEqual([])
    const stored = await send()
    expect(stored.status).toBe(201)
    expect((await client.get(new URL(String(stored.body.image_url)).pathname)).status).toBe(200)
  })

  test('under the keys: no new one, no part of one, and the old ones go on [FT10]', async (context) => {
    const disk = await smallDisk(context, 1)
    const dir = join(disk.folder, 'keys')
    const keyring = openKeyring(dir, { create: true })
    const before = readdirSync(dir)
    disk.fill()
    expect(() => addEncryptionKey(dir)).toThrow(/ENOSPC/)
    expect(readdirSync(dir)).toEqual(before)
    expect(keyring.getSealingKey().id).toBe(1)
    disk.free()
    addEncryptionKey(dir)
    await vi.waitFor(() => expect(keyring.getSealingKey().id).toBe(2), { timeout: 5000 })
  })
})
