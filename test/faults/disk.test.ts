import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { newPerson } from '../support/people.ts'

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
