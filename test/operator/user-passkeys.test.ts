import { describe, expect, test } from 'vitest'
import { helpUser } from '../../src/operator/help-user.ts'
import type { ActOptions } from '../../src/sign-in/room.ts'
import { register, signInWith, withPasskey } from '../passkeys/support.ts'
import { useApp } from '../support/app.ts'
import { mailsTo } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()
const admin = (...parameters: string[]) => runAdmin(app, parameters, { FRONTEND_URL: app.config.frontendUrl })
/** The same without a process of its own, which takes a second each. */
const help = async (email: string, act: 'show' | 'delete-passkeys', options: ActOptions = {}) =>
  helpUser(app.deps, email, act, options)

const deletionsOf = (email: string) =>
  app.sql(
    `select metadata from security_events where type = 'passkey_deleted'
       and user_id = (select id from users where email = $1) order by id`,
    [email],
  )
/** Beside the link of the sign-up, and what is told of two passkeys and two devices or deletions. */
const deletionsTold = async (email: string) =>
  (await mailsTo(app, email, 6)).map(({ subject }) => subject).filter((subject) => subject.endsWith('deleted'))
const rowsOf = (email: string) =>
  app.sql<Record<'credential_id' | 'public_key', Buffer>>(
    'select credential_id, public_key from passkeys where user_id = (select id from users where email = $1)',
    [email],
  )

describe('npm run admin -- user EMAIL', () => {
  test('lists its passkeys, and no key and no id that a browser knows them by [AZ5]', async () => {
    const { person, client, passkey, id } = await withPasskey(app)
    const lost = await register(client)
    const older = "update passkeys set rp_id = 'old.example', name = e'Old\\x1b[31m key' where id = $1"
    await app.sql(older, [lost.id])
    expect((await signInWith(app.client(), passkey)).status).toBe(204)
    const { code, out } = await admin('user', person.email)
    expect(code).toBe(0)
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'
    expect(out).toMatch(new RegExp(`^  ${id} Laptop: of app.example.com, made ${time}, last used ${time}$`, 'm'))
    expect(out).toMatch(
      new RegExp(`^  ${lost.id} Old.* key: of old.example, which opens nothing, made ${time}, never used$`, 'm'),
    )
    expect(out).not.toContain('\u001b')

    const json = await admin('user', person.email, '--json')
    expect(JSON.parse(json.out).passkeys).toEqual([
      {
        id: lost.id,
        name: expect.stringMatching(/key$/),
        domain: 'old.example',
        works: false,
        created: expect.any(String),
        lastUsed: null,
        backedUp: true,
      },
      expect.objectContaining({ id, name: 'Laptop', domain: 'app.example.com', works: true }),
    ])
    for (const { credential_id, public_key } of await rowsOf(person.email))
      for (const secret of [credential_id, public_key])
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(out + json.out).not.toContain(secret.toString(encoding))
  })
})

describe('npm run admin -- user EMAIL delete-passkeys', () => {
  test('all: they open nothing, what they opened has ended, the owner is told once', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const second = await register(client, undefined, 'Phone')
    await mailsTo(app, person.email, 3)
    const browsers = [app.client(), app.client()]
    for (const [index, browser] of browsers.entries())
      expect((await signInWith(browser, [passkey, second.passkey][index] ?? passkey)).status).toBe(204)
    const { code, out } = await admin('user', person.email, 'delete-passkeys')
    expect([code, out]).toEqual([
      0,
      '2 passkeys are deleted, what they had opened has ended, and the owner is told by mail.\n',
    ])
    for (const browser of browsers) expect((await browser.get('/v0/user/me')).code).toBe('user:invalid_session')
    // What a password opened goes on, and knows how many there are.
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(0)
    for (const one of [passkey, second.passkey])
      expect((await signInWith(app.client(), one)).code).toBe('passkey:unknown_credential')
    expect(await deletionsOf(person.email)).toEqual(
      Array.from({ length: 2 }, () => ({ metadata: { by: 'operator', passkey: expect.any(String) } })),
    )
    expect(await deletionsTold(person.email)).toEqual(['Passkeys of your account were deleted'])
    expect((await help(person.email, 'delete-passkeys'))?.says).toBe('The account has no passkeys.')
  })

  test('--passkey: that one alone, though it is the last way in; one of another account is none of it', async () => {
    const { person, client, passkey, id } = await withPasskey(app)
    const second = await register(client)
    const other = await withPasskey(app)
    for (const none of [other.id, 'x', ''])
      await expect(help(person.email, 'delete-passkeys', { passkey: none })).rejects.toThrow('has no passkey')
    expect(await admin('user', person.email, 'delete-passkeys', '--passkey', other.id, '--json')).toMatchObject({
      code: 1,
      out: `${JSON.stringify({ says: `The account has no passkey ${other.id}.`, exitCode: 1 })}\n`,
    })
    const answer = await admin('user', `${person.email}`, 'delete-passkeys', '--passkey', id, '--json')
    expect([answer.code, JSON.parse(answer.out).says]).toEqual([0, expect.stringMatching(/^One passkey is deleted/)])
    expect((await signInWith(app.client(), passkey)).code).toBe('passkey:unknown_credential')
    for (const [whose, one] of [
      [person, second.passkey],
      [other.person, other.passkey],
    ] as const)
      expect([whose.email, (await signInWith(app.client(), one)).status]).toEqual([whose.email, 204])
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    expect((await help(person.email, 'delete-passkeys', { passkey: second.id }))?.says).toMatch(/^One passkey/)
    const told = 'A passkey of your account was deleted'
    expect(await deletionsTold(person.email)).toEqual([told, told])
  })

  test('--passkey is for this act alone, and the help says so', async () => {
    expect(await admin('user', 'a@example.com', 'show', '--passkey', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Write it as: user EMAIL delete-passkeys --passkey ID.'),
    })
    const { out } = await admin('user', '--help')
    expect(out).toMatch(/delete-passkeys/)
    expect(out).toMatch(/--passkey ID +delete-passkeys: this one alone/)
  })
})
