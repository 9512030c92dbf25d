import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'
import { withSetup } from '../totp/support.ts'
import { adminWithCode, anHourAgo, giveRole, inAnHour, said, somebody, unknownId } from './support.ts'

const url = '/v0/users/roles/grant'
let app: TestApp
let admin: Awaited<ReturnType<typeof adminWithCode>>
beforeAll(async () => {
  app = await startApp()
  admin = await adminWithCode(app)
})
afterAll(() => app.close())

const grant = (userId: string, more: object = {}) =>
  admin.client.post(url, { user_id: userId, role: 'mod', reason: 'trusted', ...more })

describe(`POST ${url}`, () => {
  test('gives the role, which opens its routes at once', async () => {
    const target = await somebody(app)
    expect(said(await target.client.get('/v0/moderation/logs'))).toEqual([403, 'user:permission_insufficient'])
    const answer = await grant(target.id)
    expect([answer.status, answer.body]).toEqual([200, { user_id: target.id, role: 'mod', expires_at: null }])
    expect((await target.client.get('/v0/moderation/logs')).status).toBe(200)
    expect((await target.client.get('/v0/user/me')).body.roles).toEqual(['mod'])
  })

  test('until a moment, and anew after it; of a moderator an administrator', async () => {
    const target = await somebody(app)
    const until = inAnHour()
    expect((await grant(target.id, { expires_at: until })).body.expires_at).toBe(until)
    await app.sql("update user_roles set expires_at = now() - interval '1 second' where user_id = $1", [target.id])
    expect((await target.client.get('/v0/user/me')).body).not.toHaveProperty('roles')
    expect((await grant(target.id)).status).toBe(200)
    expect((await grant(target.id, { role: 'admin' })).status).toBe(200)
    expect((await target.client.get('/v0/user/me')).body.roles).toEqual(['admin', 'mod'])
  })

  test('is one event of the account', async () => {
    const target = await somebody(app)
    await grant(target.id)
    const [newest] = (await target.client.get('/v0/user/me/security-events')).body.data as object[]
    expect(newest).toMatchObject({ type: 'role_granted', metadata: { role: 'mod', reason: 'trusted' } })
  })

  test('user:already_has_role, of many at once all but one', async () => {
    const target = await somebody(app)
    const answers = await Promise.all(Array.from({ length: 20 }, () => grant(target.id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:already_has_role')).toHaveLength(19)
  })

  test('user:cannot_manage_self', async () => {
    expect(said(await grant(admin.id))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:not_found', async () => {
    expect(said(await grant(unknownId))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_higher_or_equal_role: an administrator gets no role, nor an end', async () => {
    const other = await somebody(app, 'admin')
    const answer = await grant(other.id, { role: 'admin', expires_at: inAnHour() })
    expect(said(answer)).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
  })

  test('user:permission_insufficient: a moderator makes no administrator of itself, nor of anybody', async () => {
    const mod = await somebody(app)
    await giveRole(app, mod.id, 'mod')
    const answer = await mod.client.post(url, { user_id: mod.id, role: 'admin', reason: 'x' })
    expect(said(answer)).toEqual([403, 'user:permission_insufficient'])
  })

  test('general:validation_error: a role that there is not, an end that is past', async () => {
    const refused = await grant(unknownId, { role: 'owner', expires_at: anHourAgo() })
    expect(refused.code).toBe('general:validation_error')
    expect(refused.body.fields).toEqual([
      { path: '/role', rule: 'one_of', values: ['admin', 'mod'] },
      { path: '/expires_at', rule: 'future' },
    ])
  })
})

describe('user:second_factor_required: a session that shows one factor makes no administrator [AT10]', () => {
  const makeAdmin = async (client: TestClient) =>
    said(await client.post(url, { user_id: (await somebody(app)).id, role: 'admin', reason: 'x' }))
  const refused = [403, 'user:second_factor_required']

  test('of whoever signed in by link or password, before it is said whom it is about; a moderator it makes', async () => {
    const { client } = await somebody(app, 'admin')
    expect(await makeAdmin(client)).toEqual(refused)
    expect(said(await client.post(url, { user_id: unknownId, role: 'admin', reason: 'x' }))).toEqual(refused)
    const { id } = await somebody(app)
    expect((await client.post(url, { user_id: id, role: 'mod', reason: 'x' })).status).toBe(200)
  })

  test('nor one that set up an app for itself and shows its code', async () => {
    const { person, client, code } = await withSetup(app)
    await giveRole(app, String((await client.get('/v0/user/me')).body.id), 'admin')
    const enabled = await client.post('/v0/auth/totp/enable', { code: await code() })
    const [backupCode] = enabled.body.backup_codes as string[]
    for (const proof of [{ code: await code(1) }, { code: backupCode }, { password: person.password }])
      expect((await client.post('/v0/auth/reauthenticate', proof)).status).toBe(204)
    expect(await makeAdmin(client)).toEqual(refused)
  })

  test('nor one from before sessions knew what they showed, until code and password are shown anew', async () => {
    const { id, client, person, code, forgetSteps } = await adminWithCode(app)
    await app.sql("update sessions set methods = '{}' where user_id = $1", [id])
    expect(await makeAdmin(client)).toEqual(refused)
    await forgetSteps()
    expect((await client.post('/v0/auth/reauthenticate', { code: await code() })).status).toBe(204)
    expect(await makeAdmin(client)).toEqual(refused)
    expect((await client.post('/v0/auth/reauthenticate', { password: person.password })).status).toBe(204)
    expect((await makeAdmin(client))[0]).toBe(200)
  })

  test('a backup code is as good as the app, and TOTP that is switched off later takes nothing back', async () => {
    const { id, client, backupCodes } = await adminWithCode(app)
    await app.sql("update sessions set methods = '{password}' where user_id = $1", [id])
    expect(await makeAdmin(client)).toEqual(refused)
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })).status).toBe(204)
    expect((await makeAdmin(client))[0]).toBe(200)
    expect((await client.post('/v0/auth/totp/disable', { code: backupCodes[1] })).status).toBe(204)
    expect((await makeAdmin(client))[0]).toBe(200)
  })
})

test('every administrator is told of a role that was given, by whom, and how to take it back [AT10]', async () => {
  const own = await startApp()
  const [by, other, past] = [await adminWithCode(own), await somebody(own, 'admin'), await somebody(own)]
  await giveRole(own, past.id, 'admin', anHourAgo())
  const [mod, second] = [await somebody(own), await somebody(own)]
  const give = (userId: string, role: string, more = {}) =>
    by.client.post(url, { user_id: userId, role, reason: 'trusted', ...more })
  expect((await give(mod.id, 'mod', { expires_at: inAnHour() })).status).toBe(200)
  expect((await give(second.id, 'admin')).status).toBe(200)
  expect((await runAdmin(own, ['grant', `@${past.person.handle}`, 'mod'])).code).toBe(0)
  for (const [{ person }, atLeast] of [
    [by, 6],
    [other, 4],
    [second, 3],
  ] as const) {
    const told = (await mailsTo(own, person.email, atLeast)).filter(({ subject }) => /There is a new/.test(subject))
    const texts = told.map(({ text }) => text).join()
    const ofAdmin = `The administrator ${by.person.handle} made the account ${second.person.handle} an administrator.`
    expect(texts).toContain(ofAdmin)
    expect(texts).toContain(`npm run admin -- revoke @${second.person.handle} admin`)
    expect(texts).toContain(`An operator (on the command line) made the account ${past.person.handle} a moderator.`)
    if (person !== second.person) expect(texts).toContain(`made the account ${mod.person.handle} a moderator until `)
  }
  const [first, ...later] = await mailsTo(own, past.person.email)
  expect([first?.subject, later]).toEqual([expect.stringMatching(/is your code$/), []])
  await own.close()
})
