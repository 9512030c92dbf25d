import { describe, expect, onTestFinished, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { type Person, signedUp } from '../support/people.ts'
import { withTotp } from '../totp/support.ts'

const url = '/v0/user/me'
const app = useApp()

const remove = (client: TestClient, body?: unknown) => client.send('DELETE', url, { body })
const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const forbidden = {
  status: 403,
  code: 'user:cannot_manage_self',
  body: { status: 403, code: 'user:cannot_manage_self' },
  setCookies: [],
}

const ownId = '(select id from users where email = $1)'
const lives = async (client: TestClient) => expect((await client.get(url)).status).toBe(200)

describe(`DELETE ${url}: user:cannot_manage_self for the last administrator [AZ4]`, () => {
  const isAdmin = ({ email }: Person, ends: string | null = null) =>
    app.sql(`insert into user_roles (user_id, role, expires_at) values (${ownId}, 'admin', $2)`, [email, ends])
  const nobodyIsAdmin = async () => void (await app.sql('delete from user_roles'))

  async function admin(ends?: string) {
    const one = await signedUp(app)
    await isAdmin(one.person, ends)
    onTestFinished(nobodyIsAdmin)
    return one
  }
  const leave = ({ person, client }: { person: Person; client: TestClient }) =>
    remove(client, { password: person.password })

  test('nothing is erased, and with another one the way is free', async () => {
    const one = await admin()
    expect(refused(await leave(one))).toEqual(forbidden)
    await lives(one.client)
    const { data } = (await one.client.get('/v0/user/me/security-events')).body as { data: { type: string }[] }
    expect(data.map(({ type }) => type)).not.toContain('deletion_requested')
    const other = await admin()
    expect((await leave(one)).status).toBe(204)
    expect(refused(await leave(other))).toEqual(forbidden)
  })

  test('with a code as with the password; the code is not used up', async () => {
    const { person, client, backupCodes } = await withTotp(app)
    await isAdmin(person)
    for (let time = 0; time < 2; time++)
      expect(refused(await remove(client, { totp_code: backupCodes[0] }))).toEqual(forbidden)
    await nobodyIsAdmin()
    expect((await remove(client, { totp_code: backupCodes[0] })).status).toBe(204)
  })

  test('with nothing to prove it by: no link is mailed that could not work', async () => {
    const { person, client } = await admin()
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    expect(refused(await remove(client))).toEqual(forbidden)
  })

  test('whoever is one for a time, a moderator and a deleted one are no other', async () => {
    const one = await admin()
    await admin('2999-01-01T00:00:00Z')
    const { person: moderator } = await signedUp(app)
    await app.sql(`insert into user_roles (user_id, role) values (${ownId}, 'mod')`, [moderator.email])
    const gone = await admin()
    expect((await leave(gone)).status).toBe(204)
    expect(refused(await leave(one))).toEqual(forbidden)
  })

  test('whoever was one until a moment ago may go', async () => {
    const former = await admin('2000-01-01T00:00:00Z')
    expect((await leave(former)).status).toBe(204)
  })

  test('of two who leave at once one stays, every time', async () => {
    let last = await admin()
    for (let round = 0; round < turns(5, 20); round++) {
      const both = [last, await admin()]
      const answers = await Promise.all(both.map(leave))
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 403])
      last = both[answers.findIndex(({ status }) => status === 403)] ?? last
    }
    await lives(last.client)
  })
})
