import { describe, expect, test } from 'vitest'
import { createUser } from '../../src/operator/create-user.ts'
import { helpUser, type UserAct } from '../../src/operator/help-user.ts'
import { listUsers } from '../../src/operator/list-users.ts'
import { revokeRole } from '../../src/operator/operate-roles.ts'
import type { ActOptions } from '../../src/sign-in/room.ts'
import { giveRole, said, somebody } from '../moderation/support.ts'
import { register } from '../passkeys/support.ts'
import { useApp } from '../support/app.ts'
import { turns } from '../support/long-form.ts'
import { appWith, recordingMailServer } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signUp } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'
import { withSetup, withTotp } from '../totp/support.ts'

const app = useApp()

/** As an operator runs it. */
const admin = (...parameters: string[]) => runAdmin(app, parameters)
/** The same without a process of its own, which takes a second each. */
const help = async (email: string, act: UserAct) => (await helpUser(app.deps, email, act))?.says
const newestEvent = async (userId: string) =>
  (
    await app.sql('select type, metadata from security_events where user_id = $1 order by created_at desc limit 1', [
      userId,
    ])
  )[0]

describe('npm run admin -- user EMAIL', () => {
  test('shows what helps, and nothing that opens the account [AZ5]', async () => {
    const { person, client } = await signedInOnDevice(app, { display_name: 'Eve ✨' })
    const { id } = (await client.get('/v0/user/me')).body
    const { code, out } = await admin('user', person.email.toUpperCase())
    expect(code).toBe(0)
    for (const [name, value] of Object.entries({
      id,
      email: person.email,
      password: 'set',
      TOTP: 'off',
      sessions: '2',
      devices: '1',
    }))
      expect(out).toMatch(new RegExp(`^${name} +${String(value).replaceAll('.', '\\.')}$`, 'm'))
    expect(out).toContain('device_added')
    const [row] = await app.sql<{ password_hash: string }>('select password_hash from users where id = $1', [id])
    expect(out).not.toContain(row?.password_hash)
  })

  test('end-sessions', async () => {
    const own = await somebody(app)
    expect((await admin('user', own.person.email, 'end-sessions')).code).toBe(0)
    expect(said(await own.client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    expect(await newestEvent(own.id)).toEqual({ type: 'session_revoked', metadata: { by: 'operator' } })
  })

  test('end-sessions leaves no change of the address that somebody in a session asked for [AT7]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const newEmail = newPerson().email
    await client.post('/v0/auth/change-email', { password: person.password, new_email: newEmail })
    const token = await mailedToken(app, newEmail)
    await help(person.email, 'end-sessions')
    const confirmed = await app.client().post('/v0/auth/confirm-email-change', { token })
    expect(said(confirmed)).toEqual([400, 'token:invalid_email_change'])
  })

  test('forget-devices', async () => {
    const { person, client } = await signedInOnDevice(app)
    expect(await help(person.email, 'forget-devices')).toContain('1 devices are forgotten')
    const answer = await client.post('/v0/auth/login', { email: person.email, password: person.password })
    expect(answer.status).toBe(202)
  })

  test('reset-totp: the password alone signs in again, and the owner is told', async () => {
    const own = await somebody(app)
    await app.sql('update users set totp_enabled_at = now() where id = $1', [own.id])
    expect((await admin('user', own.person.email, 'reset-totp')).out).toContain('TOTP is off')
    expect((await own.client.get('/v0/user/me')).body.totp_enabled).toBe(false)
    expect(await newestEvent(own.id)).toEqual({ type: 'totp_disabled', metadata: { by: 'operator' } })
    const [mail] = await mailsTo(app, own.person.email, 2)
    expect(mail?.text).toMatch(/no longer need a code/)
    expect(await help(own.person.email, 'reset-totp')).toContain('off already')
  })

  test('confirm-totp: says what it did, and that there is nothing to confirm', async () => {
    const { person } = await withSetup(app)
    expect(await help(person.email, 'confirm-totp')).toContain('TOTP is off')
    await app.sql("update users set totp_enabled_at = '2026-01-02T03:04:05Z' where email = $1", [person.email])
    expect(await help(person.email, 'show')).toContain('a second factor from 2026-01-03T03:04:05.000Z')
    expect((await admin('user', person.email, 'confirm-totp')).out).toContain('count as a second factor from now on')
    expect(await help(person.email, 'show')).toContain('a second factor from 2026-01-02T03:04:05.000Z')
    const [{ id } = {}] = await app.sql<{ id: string }>('select id from users where email = $1', [person.email])
    expect(await newestEvent(String(id))).toEqual({ type: 'totp_confirmed', metadata: { by: 'operator' } })
  })

  test('delete', async () => {
    const own = await somebody(app)
    expect(await help(own.person.email, 'delete')).toContain('erased')
    const { body } = await app.client().get(`/v0/users/profile/id?user_id=${own.id}`)
    expect(body).toMatchObject({ deactivated: true, handle: own.person.handle })
    expect(await help(own.person.email, 'show')).toBeUndefined()
  })

  test('nobody, an act that there is not, and too many words', async () => {
    expect(await admin('user', 'nobody@example.com')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No account'),
    })
    expect(await admin('user', 'nobody@example.com', 'set-password')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no act "set-password"'),
    })
    expect((await admin('user', 'nobody@example.com', 'show', 'more')).code).toBe(2)
  })
})

describe('npm run admin -- user EMAIL, as administrators do in the console', () => {
  const idOf = async (table: string, userId: string) =>
    String((await app.sql<{ id: string }>(`select id from ${table} where user_id = $1 limit 1`, [userId]))[0]?.id)
  const option = async (email: string, act: UserAct, options: ActOptions) =>
    (await helpUser(app.deps, email, act, options))?.says

  test('change-profile', async () => {
    const own = await somebody(app)
    const { handle } = newPerson()
    const words = ['--handle', handle, '--name', 'Ada L.', '--bio', 'Analyst', '--locale', 'de']
    const { code, out } = await admin('user', own.person.email, 'change-profile', ...words)
    expect([code, out]).toEqual([0, `The account is @${handle}, Ada L., now.\n`])
    const profile = { handle, display_name: 'Ada L.', bio: 'Analyst', locale: 'de' }
    expect((await own.client.get('/v0/user/me')).body).toMatchObject(profile)
    expect(await newestEvent(own.id)).toEqual({ type: 'profile_changed', metadata: { by: 'operator' } })
    await option(own.person.email, 'change-profile', { bio: '', locale: '' })
    const { body } = await own.client.get('/v0/user/me')
    expect([body.bio, body.locale, body.handle]).toEqual([undefined, undefined, handle])
    const other = await somebody(app)
    const taken = option(own.person.email, 'change-profile', { handle: other.person.handle })
    await expect(taken).rejects.toThrow('is taken')
    await expect(option(own.person.email, 'change-profile', { handle: '!' })).rejects.toThrow('no handle')
    await expect(option(own.person.email, 'change-profile', {})).rejects.toThrow('Say what to change')
    expect((await own.client.get('/v0/user/me')).body.handle).toBe(handle)
  })

  test('change-email: the link changes the address, and nothing else does', async () => {
    const [own, other] = [await somebody(app), await somebody(app)]
    const { email } = newPerson()
    expect(await option(own.person.email, 'change-email', { to: email })).toContain(`on its way to ${email}`)
    expect((await own.client.get('/v0/user/me')).body.email).toBe(own.person.email)
    const token = await mailedToken(app, email)
    expect((await app.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
    for (const [to, why] of [
      [other.person.email, 'Another account'],
      [email, 'already'],
      ['nobody', 'no address'],
    ] as const)
      await expect(option(email, 'change-email', { to })).rejects.toThrow(why)
  })

  test('end-sessions and forget-devices take one alone', async () => {
    const { person, client } = await signedInOnDevice(app)
    const id = String((await client.get('/v0/user/me')).body.id)
    const device = await idOf('devices', id)
    expect(await option(person.email, 'forget-devices', { device })).toContain('1 devices are forgotten')
    await expect(option(person.email, 'forget-devices', { device: 'x' })).rejects.toThrow('no device')
    const { sessions } = (await client.get('/v0/auth/sessions')).body as { sessions: { management_id: string }[] }
    const session = sessions[0]?.management_id ?? ''
    expect(await option(person.email, 'end-sessions', { session })).toBe('The session has ended.')
    await expect(option(person.email, 'end-sessions', { session })).rejects.toThrow('no session')
    expect(await app.sql('select id from sessions where user_id = $1 and ended_at is null', [id])).toHaveLength(
      sessions.length - 1,
    )
  })

  test('unlink: the provider opens the account no more, unless nothing else does', async () => {
    const own = await somebody(app)
    await app.sql(
      `insert into oauth_identities (id, user_id, provider_id, issuer, subject)
       values (gen_random_uuid(), $1, 'google', 'https://accounts.google.com', 'x')`,
      [own.id],
    )
    await expect(option(own.person.email, 'unlink', {})).rejects.toThrow('no connection')
    expect(await option(own.person.email, 'unlink', { provider: 'google' })).toContain('no more')
    expect(await newestEvent(own.id)).toEqual({
      type: 'oauth_unlinked',
      metadata: { provider: 'google', by: 'operator' },
    })
  })

  test('reset-second-factor: codes go, passkeys as well if asked, and every session ends', async () => {
    const { person, client } = await withTotp(app)
    await register(client)
    expect(await option(person.email, 'reset-second-factor', { passkeys: true })).toMatch(/^Removed: .+; .+passkey/)
    expect(said(await client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    expect(await option(person.email, 'reset-second-factor', {})).toContain('no second factor')
  })

  test('an option of another act, or an empty one, is not understood', async () => {
    for (const words of [
      ['ban', '--to', 'x'],
      ['change-email', '--to', ''],
      ['unlock', '--passkeys'],
    ])
      expect(await admin('user', 'nobody@example.com', ...words)).toMatchObject({
        code: 2,
        err: expect.stringContaining('Write it as: user EMAIL'),
      })
  })
})

const fail = (email: string) => app.client().post('/v0/auth/login', { email, password: 'not the password' })
const actsOf = (id: string) =>
  app.sql('select type, metadata from security_events where user_id = $1 order by id', [id])

describe('npm run admin -- user EMAIL, of who is kept out', () => {
  test('a lock is shown with its end, and unlock lifts it, of passwords and codes, devices and others [FD68]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const own = { person, id: String((await client.get('/v0/user/me')).body.id) }
    const [device] = await app.sql<{ id: string }>('select id from devices where user_id = $1', [own.id])
    for (let attempt = 0; attempt < 6; attempt++) await fail(own.person.email)
    const counts = ['codes:account:', 'codes:device:', 'device:'].map(
      (kind) => kind + (kind.includes('device') ? device?.id : own.id),
    )
    await app.sql(
      `insert into failed_attempts (key, count, blocked_until, forgotten_at)
         select unnest($1::text[]), 30, now() + interval '15 minutes', now() + interval '1 day'`,
      [counts],
    )
    await app.sql("update failed_attempts set blocked_until = now() + interval '15 minutes' where key = $1", [
      `account:${own.id}`,
    ])
    const { out } = await admin('user', `@${own.person.handle}`)
    const [line = ''] = /^locked .+$/m.exec(out) ?? []
    for (const what of ['passwords', 'codes'])
      for (const whose of ['devices that are not known', `the device ${device?.id}`])
        expect(line).toMatch(new RegExp(`${what} of ${whose} until \\d{4}-`))
    expect((await fail(own.person.email)).code).toBe('rate_limit:exceeded')

    expect(await help(own.person.email, 'unlock')).toContain('forgotten')
    expect(await help(own.person.email, 'show')).toMatch(/^locked +no$/m)
    expect((await fail(own.person.email)).code).not.toBe('rate_limit:exceeded')
    expect(await actsOf(own.id)).toContainEqual({ type: 'attempts_forgiven', metadata: { by: 'operator' } })
    const fresh = await somebody(app)
    expect(await help(fresh.person.email, 'unlock')).toContain('nothing is locked')
  })

  test('mailed codes that rest are shown with their end, and unlock lifts that; so does a sign-in [FD68 MC1]', async () => {
    const own = await somebody(app)
    const rest = () =>
      app.sql(
        `insert into failed_attempts (key, count, forgotten_at) values ($1, 100000, clock_timestamp() + interval '30 days')
           on conflict (key) do update set count = excluded.count, forgotten_at = excluded.forgotten_at`,
        [`mailed:account:${own.id}`],
      )
    const shown = /^locked +mailed codes, unless the owner signs in before, until \d{4}-[^,]+Z$/m
    await rest()
    expect(await help(own.person.email, 'show')).toMatch(shown)
    expect(await help(own.person.email, 'unlock')).toContain('forgotten')
    expect(await help(own.person.email, 'show')).toMatch(/^locked +no$/m)
    await rest()
    expect(await help(own.person.email, 'show')).toMatch(shown)
    await app.sql("update sessions set created_at = clock_timestamp() + interval '1 second' where user_id = $1", [
      own.id,
    ])
    expect(await help(own.person.email, 'show')).toMatch(/^locked +no$/m)
  })

  test('a sign-up that waits is shown with the state of its mail, and gets another [FD68]', async () => {
    const person = await signUp(app)
    await mailedToken(app, person.email)
    for (const name of [person.email, `@${person.handle}`])
      expect(await help(name, 'show')).toMatch(
        /^email .+not verified[\s\S]+^ends +\d{4}-[\s\S]+^mail +taken by the mail server \d{4}-/m,
      )
    expect((await admin('user', person.email, 'resend')).out).toContain('on its way')
    const token = await mailedToken(app, person.email, 2)
    expect((await app.client().post('/v0/auth/verify-email', { token })).status).toBe(204)
    await expect(help(person.email, 'resend')).rejects.toThrow('verified already')
  })

  test('a sign-up whose mail was refused for good says so, with the codes [FD32]', async () => {
    const { smtpUrl } = await recordingMailServer({ refuse: 550 })
    const { databaseUrl = '', keysDir } = app.config
    const refusing = await appWith({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, SMTP_URL: smtpUrl })
    const person = newPerson()
    expect((await refusing.client().post('/v0/auth/signup', person)).code).toBe('worker:verification_email_send_failed')
    expect(await help(person.email, 'show')).toMatch(/^mail +refused for good by the mail server: 550$/m)
  })

  test('what is no account yet has nothing else done to it [FD68]', async () => {
    const person = await signUp(app)
    const { code, err } = await admin('user', person.email, 'ban')
    expect([code, err]).toEqual([1, expect.stringMatching(/^[^\n]+has not verified the address yet[^\n]+\n$/)])
  })

  test('ban with an end and a reason, and unban: felt at once [FD68]', async () => {
    const own = await somebody(app)
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const { out } = await admin('user', own.id, 'ban', '--until', until, '--reason', 'spam')
    expect(out).toBe(`The account is banned until ${until}: spam.\n`)
    expect((await own.client.post('/v0/auth/token')).code).toBe('user:banned')
    expect(await help(own.person.email, 'show')).toMatch(new RegExp(`^banned +until ${until}: spam$`, 'm'))
    expect(await help(own.person.email, 'unban')).toContain('banned no more')
    expect((await own.client.post('/v0/auth/token')).status).toBe(200)
    expect(await help(own.person.email, 'unban')).toContain('not banned')
    expect((await actsOf(own.id)).slice(-2)).toEqual([
      { type: 'banned', metadata: { by: 'operator', reason: 'spam', expires_at: until } },
      { type: 'unbanned', metadata: { by: 'operator' } },
    ])
  })

  test('delete wants --yes where nobody can be asked [FD68]', async () => {
    const own = await somebody(app)
    expect(await admin('user', own.person.email, 'delete')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    })
    expect((await own.client.get('/v0/user/me')).status).toBe(200)
    expect((await admin('user', own.person.email, 'delete', '--yes')).code).toBe(0)
  })

  test('--json for programs [FD68]', async () => {
    const own = await somebody(app, 'mod')
    const { out } = await admin('user', own.id, '--json')
    expect(JSON.parse(out)).toMatchObject({
      id: own.id,
      email: own.person.email,
      roles: ['mod'],
      ban: null,
      locks: [],
      password: true,
    })
    const nobody = await admin('user', 'nobody@example.com', '--json')
    expect([nobody.code, JSON.parse(nobody.out).says]).toEqual([1, expect.stringContaining('No account')])
  })
})

describe('npm run admin -- users', () => {
  test('lists the newest, and finds by part of address, handle and name, and by id [FD68]', async () => {
    const { person, client } = await signedInOnDevice(app, { display_name: 'Zoë Quux' })
    const { id } = (await client.get('/v0/user/me')).body
    const parts = [
      person.email.slice(2, -3).toUpperCase(),
      `@${person.handle}`,
      person.handle.slice(1),
      'zoë quu',
      String(id),
      person.email,
    ]
    for (const part of [undefined, ...parts]) {
      const found = await listUsers(app.deps.db, part)
      expect([part, found.map((one) => one.id)]).toEqual([part, expect.arrayContaining([id])])
    }
    expect(await listUsers(app.deps.db, '%')).toEqual([])
    const { out } = await admin('users', person.handle, '--json')
    expect(JSON.parse(out)).toMatchObject([{ id, email: person.email, handle: person.handle }])
    expect((await admin('users', 'nobody-at-all')).out).toBe('There are none.\n')
  })

  test('create makes an account whose owner sets the password, and says what is wrong or taken [FD68]', async () => {
    const { email, handle } = newPerson()
    expect((await admin('users', 'create', email, handle, '--name', 'Ada')).out).toContain('on its way')
    const token = await mailedToken(app, email)
    const reset = { token, new_password: 'a wholly new passphrase' }
    expect((await app.client().post('/v0/auth/reset-password', reset)).status).toBeLessThan(300)
    expect(await help(email, 'show')).toMatch(/^name +Ada$/m)
    const other = newPerson()
    for (const [wish, says] of [
      [[email, other.handle], 'has an account already'],
      [[other.email, handle], 'is taken'],
      [[other.email, 'admin'], 'no handle'],
      [['nobody', other.handle], 'no address'],
    ] as const)
      await expect(createUser(app.deps, { email: wish[0], handle: wish[1] })).rejects.toThrow(says)
  })
})

describe('npm run admin', () => {
  test.each([
    [['user'], 2, 'EMAIL is missing.\nUsage: npm run admin -- user [OPTIONS] EMAIL [ACT]'],
    [['user', 'a@example.com', 'ban', '--until'], 2, '--until needs a value: --until TIME.\nUsage:'],
    [['user', 'a@example.com', 'show', 'more'], 2, '"more" is one word too many.\nUsage:'],
    [['user', 'a@example.com', '--wat'], 2, 'There is no option --wat.\nUsage:'],
    [['user', 'a@example.com', '--reson', 'x'], 2, 'There is no option --reson. Did you mean --reason?\nUsage:'],
    [['user', 'a@example.com', 'bann'], 2, 'There is no act "bann": show, '],
    [['webhooks'], 2, 'There is no command "webhooks".\nUsage: npm run admin -- webhooks add URL'],
    [['usr'], 2, 'There is no command "usr".\nUsage: npm run admin -- COMMAND'],
    [['help', 'ban'], 2, 'There is no command "ban". It is an act of "user".\nUsage: npm run admin -- user'],
    [['reindx'], 2, 'There is no command "reindx". Did you mean "reindex"?\nUsage: npm run admin -- reindex'],
  ])('%j ends with %i and says how it is used [FD68]', async (parameters, code, says) => {
    expect(await admin(...parameters)).toMatchObject({ code, err: expect.stringContaining(says) })
  })
})

describe('npm run admin -- revoke EMAIL ROLE', () => {
  test('takes the role at once', async () => {
    const mod = await somebody(app, 'mod')
    expect(await admin('revoke', mod.person.email, 'mod')).toMatchObject({
      code: 0,
      out: expect.stringContaining('no longer has the role'),
    })
    expect((await mod.client.get('/v0/user/me')).body).not.toHaveProperty('roles')
    expect(await newestEvent(mod.id)).toEqual({ type: 'role_revoked', metadata: { by: 'operator', role: 'mod' } })
    expect(await revokeRole(app.deps, mod.person.email, 'mod')).toBe('not held')
  })

  test('the last administrator stays one, also when two are demoted at once, and cannot be deleted [AZ4]', async () => {
    await app.sql("delete from user_roles where role = 'admin'")
    const [one, two] = [await somebody(app, 'admin'), await somebody(app, 'admin')]
    for (let round = 0; round < turns(5, 20); round++) {
      const outcomes = await Promise.all([one, two].map(({ person }) => revokeRole(app.deps, person.email, 'admin')))
      expect(outcomes.toSorted()).toEqual(['last', 'revoked'])
      const left = await app.sql<{ user_id: string }>("select user_id from user_roles where role = 'admin'")
      expect(left).toHaveLength(1)
      await giveRole(app, left[0]?.user_id === one.id ? two.id : one.id, 'admin')
    }
    await app.sql("delete from user_roles where role = 'admin' and user_id = $1", [two.id])
    for (const parameters of [
      ['revoke', one.person.email, 'admin'],
      ['user', one.person.email, 'delete', '--yes'],
      ['user', one.person.email, 'ban'],
    ]) {
      const { code, out, err } = await admin(...parameters)
      expect([code, out + err]).toEqual([1, expect.stringMatching(/^(?!Error)[^\n]+ last administrator[^\n]*\n$/)])
    }
  })
})
