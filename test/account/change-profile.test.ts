import { beforeAll, describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { newPerson, signedUp, signUp } from '../support/people.ts'

const url = '/v0/user/me'
const app = useApp()

const change = (client: TestClient, body?: unknown) => client.send('PATCH', url, { body })
const refused = ({ status, code, body }: Answer) => [status, code, body.fields]
const isFree = async (handle: string) =>
  (await app.client().get(`/v0/users/handle/${handle}/available`)).body.available as boolean

/** So many statements wait for a lock of another. */
const untilWaiting = (count: number) =>
  expect
    .poll(
      () => app.sql("select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
      { timeout: 10_000 },
    )
    .toHaveLength(count)

let wishes = 0
const freshHandle = () => `Wish_${++wishes}`

describe(`PATCH ${url}`, () => {
  test('changes the field that is named and answers with the account', async () => {
    const { client } = await signedUp(app)
    let account = (await client.get(url)).body
    for (const body of [{ bio: 'Analyst\nand poet' }, { display_name: 'Ada ✨' }, { handle: freshHandle() }]) {
      account = { ...account, ...body }
      const answer = await change(client, body)
      expect([answer.status, answer.body]).toEqual([200, account])
      expect((await client.get(url)).body).toEqual(account)
    }
  })

  test.each([undefined, '', {}])('%j changes nothing', async (body) => {
    const { client } = await signedUp(app)
    await change(client, { bio: 'kept' })
    const account = (await client.get(url)).body
    const answer = await change(client, body)
    expect([answer.status, answer.body]).toEqual([200, account])
  })

  test.each(['null', '[]', '1'])('general:bad_request: a body of %s is none', async (body) => {
    const { client } = await signedUp(app)
    expect(refused(await change(client, body))).toEqual([400, 'general:bad_request', [{ path: '', rule: 'type' }]])
  })

  test.each([null, ''])('bio %j clears it', async (bio) => {
    const { client } = await signedUp(app)
    expect((await change(client, { bio: 'x' })).body.bio).toBe('x')
    expect((await change(client, { bio })).body).not.toHaveProperty('bio')
    expect((await client.get(url)).body).not.toHaveProperty('bio')
  })

  test('a field may be as long as its rule says, counted in characters', async () => {
    const { client } = await signedUp(app)
    const longest = { bio: '😀'.repeat(160), display_name: '😀'.repeat(50), handle: 'fifteen_letters' }
    expect((await change(client, longest)).body).toMatchObject(longest)
  })

  test('the own handle in another case', async () => {
    const { person, client } = await signedUp(app)
    const handle = person.handle.toUpperCase()
    expect((await change(client, { handle })).body.handle).toBe(handle)
    expect((await app.client().get(`/v0/users/profile?handle=${person.handle}`)).body.handle).toBe(handle)
  })

  test('the handle that was given up is free', async () => {
    const { person, client } = await signedUp(app)
    expect((await change(client, { handle: freshHandle() })).status).toBe(200)
    expect(await isFree(person.handle)).toBe(true)
    const { client: other } = await signedUp(app)
    expect((await change(other, { handle: person.handle })).status).toBe(200)
  })

  test('of 20 accounts that race for one handle one gets it, the others keep theirs', async () => {
    const racers = await Promise.all(Array.from({ length: 20 }, () => signedUp(app)))
    const handle = freshHandle()
    const answers = await Promise.all(racers.map(({ client }) => change(client, { handle })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:handle_already_exists')).toHaveLength(19)
    for (const [index, { person, client }] of racers.entries())
      expect((await client.get(url)).body.handle).toBe(answers[index]?.status === 200 ? handle : person.handle)
  })

  test('two accounts that want the handle of each other at once are answered, and each handle has one owner', async () => {
    const [one, other] = await Promise.all([signedUp(app), signedUp(app)])
    const answers = await Promise.all([
      change(one.client, { handle: other.person.handle }),
      change(other.client, { handle: one.person.handle }),
    ])
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const handles = await Promise.all([one, other].map(async ({ client }) => (await client.get(url)).body.handle))
    expect(new Set(handles).size).toBe(2)
  })

  test('changes nothing but these fields of nobody but the caller, whatever the body names [AZ2]', async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    const [account, others] = [(await client.get(url)).body, (await other.get(url)).body]
    const answer = await change(client, {
      bio: 'mine',
      id: others.id,
      user_id: others.id,
      email: newPerson().email,
      email_verified: true,
      roles: ['admin'],
      role: 'admin',
      is_banned: true,
      banned_until: '2099-01-01T00:00:00Z',
      has_password: false,
      password: 'a wholly new passphrase',
      password_hash: 'x',
      totp_enabled: true,
      passkeys: 7,
      created_at: '2000-01-01T00:00:00Z',
      deleted_at: '2000-01-01T00:00:00Z',
    })
    expect([answer.status, answer.body]).toEqual([200, { ...account, bio: 'mine' }])
    expect((await client.get(url)).body).toEqual({ ...account, bio: 'mine' })
    expect((await other.get(url)).body).toEqual(others)
  })

  describe('user:handle_already_exists', () => {
    const expectTaken = async (handle: string) => {
      const { person, client } = await signedUp(app)
      const answer = await change(client, { handle, bio: 'not even this' })
      expect(refused(answer)).toEqual([409, 'user:handle_already_exists', undefined])
      const { body } = await client.get(url)
      expect(body.handle).toBe(person.handle)
      expect(body).not.toHaveProperty('bio')
    }

    test('of a user, in any case', async () => {
      const { person } = await signedUp(app)
      await expectTaken(person.handle)
      await expectTaken(person.handle.toUpperCase())
    })

    test('of a deleted user', async () => {
      const { person, client } = await signedUp(app)
      expect((await client.send('DELETE', url, { body: { password: person.password } })).status).toBe(204)
      await expectTaken(person.handle)
    })

    test('of a sign-up that waits, until its reservation ends', async () => {
      const { handle } = await signUp(app)
      await expectTaken(handle)
      await app.sql("update handles set expires_at = now() - interval '1 second' where key = $1", [handle])
      const { client } = await signedUp(app)
      expect((await change(client, { handle })).status).toBe(200)
    })
  })

  test.each([
    [{ handle: 'abc' }, { path: '/handle', rule: 'min_length', limit: 4 }],
    [{ handle: '' }, { path: '/handle', rule: 'min_length', limit: 4 }],
    [{ handle: 'sixteen_letters_' }, { path: '/handle', rule: 'max_length', limit: 15 }],
    [{ handle: 'ädalin' }, { path: '/handle', rule: 'charset' }],
    [{ handle: 'ada lin' }, { path: '/handle', rule: 'charset' }],
    [{ handle: '_ada' }, { path: '/handle', rule: 'format' }],
    [{ handle: 'ada_' }, { path: '/handle', rule: 'format' }],
    [{ handle: 'ada__l' }, { path: '/handle', rule: 'format' }],
    [{ handle: 'No_Reply' }, { path: '/handle', rule: 'reserved' }],
    [{ display_name: '' }, { path: '/display_name', rule: expect.stringMatching(/^(?:blank|min_length)$/) }],
    [{ display_name: ' \u3164' }, { path: '/display_name', rule: 'blank' }],
    [{ display_name: 'x'.repeat(51) }, { path: '/display_name', rule: 'max_length', limit: 50 }],
    [{ display_name: '<b>' }, { path: '/display_name', rule: 'charset' }],
    [{ display_name: 'Ada\u202e' }, { path: '/display_name', rule: 'charset' }],
    [{ bio: 'x'.repeat(161) }, { path: '/bio', rule: 'max_length', limit: 160 }],
    [{ bio: 'a\u0000' }, { path: '/bio', rule: 'charset' }],
  ])('general:validation_error %j', async (body, problem) => {
    const { client } = await signedUp(app)
    const answer = await change(client, body)
    expect(refused(answer)).toEqual([400, 'general:validation_error', [expect.objectContaining(problem)]])
  })

  describe('display_name', () => {
    let own: Awaited<ReturnType<typeof signedUp>>['client']
    beforeAll(async () => {
      own = (await signedUp(app)).client
    })
    const renameTo = (display_name: string) => change(own, { display_name })

    test.each([
      ...['\u034f', '\ufe0f', '\u17b4', '\u115f\u1160', '\uffa0', '\u180b', '\u2800', '\u3000 \u00a0', '\u{13441}'],
      ...[
        '\u0301',
        '\u0e34\u0e48',
        '\u20dd',
        '\u093f',
        ' \u064e ',
        '\u{1d159}',
        '\u{16fe4}',
        '\u{e0100}',
        '\u3164\u200d\u3164',
      ],
    ])('%j shows nothing: blank [FD43]', async (name) => {
      const answer = await renameTo(name)
      expect(refused(answer)).toEqual([400, 'general:validation_error', [expect.objectContaining({ rule: 'blank' })]])
    })

    test.each([
      '👩‍💻',
      '👩🏽‍💻',
      '❤️‍🔥',
      '🏳️‍🌈',
      '👨‍👩‍👧‍👦 Four',
      'علی‌رضا',
      'می‌نا',
      'क्‍षमा',
      'ශ්‍රී',
      'അനില്‍',
      'é',
      'ﷺ',
      'شه‌هله‌',
      'ژینه‌ ڕۆژه‌',
    ])('%j is a name, with what joins its parts [FD44]', async (name) => {
      const answer = await renameTo(name)
      expect([answer.status, answer.body.display_name]).toEqual([200, name])
    })

    test.each([
      ...['Ada\u200d', 'Ada\u200c', 'علی\u200c', '\u0647\u200d', '\u200dAda', 'A\u200d\u200db'],
      ...['a \u200c b', '1\u200d2', '👩‍', '.\u200c.', '\u200d'],
      ...['a\u200bb', 'a\u00adb', 'a\u2060b', 'a\ufeffb', 'a\u061cb', 'a\u{e0061}b', 'a\u2066b'],
    ])('%j has a format character that joins nothing: charset [FD44]', async (name) => {
      const answer = await renameTo(name)
      expect(refused(answer)).toEqual([400, 'general:validation_error', [expect.objectContaining({ rule: 'charset' })]])
    })
  })

  test('general:validation_error names every field that is wrong, and none is changed', async () => {
    const { client } = await signedUp(app)
    const before = (await client.get(url)).body
    const { fields } = (await change(client, { handle: 'admin', display_name: 'Fine', bio: 'x'.repeat(161) })).body
    expect((fields as { path: string }[]).map(({ path }) => path)).toEqual(['/handle', '/bio'])
    expect((await client.get(url)).body).toEqual(before)
  })

  test.each([
    [{ handle: null }, '/handle'],
    [{ display_name: null }, '/display_name'],
    [{ handle: 1234 }, '/handle'],
    [{ display_name: ['Ada'] }, '/display_name'],
    [{ bio: false }, '/bio'],
    // The wrong type goes before the broken rule.
    [{ bio: {}, handle: 'admin' }, '/bio'],
  ])('general:bad_request %j', async (body, path) => {
    const { client } = await signedUp(app)
    expect(refused(await change(client, body))).toEqual([400, 'general:bad_request', [{ path, rule: 'type' }]])
  })

  test.each(['{"bio":', '[]', '"bio"'])('general:bad_request %s', async (body) => {
    const { client } = await signedUp(app)
    expect((await change(client, body)).code).toBe('general:bad_request')
  })

  test('gives no new handle to an account that is deleted meanwhile: the old one is never free [DA2]', async () => {
    const { person, client } = await signedUp(app)
    const handle = freshHandle()
    const lock = await app.deps.pool.connect()
    try {
      await lock.query('begin')
      await lock.query('select id from users where email = $1 for update', [person.email])
      const deletion = client.send('DELETE', url, { body: { password: person.password } })
      await untilWaiting(1)
      const late = change(client, { handle })
      await untilWaiting(2)
      await lock.query('commit')
      expect((await deletion).status).toBe(204)
      expect([(await late).status, await isFree(person.handle), await isFree(handle)]).toEqual([401, false, true])
    } finally {
      lock.release()
    }
  })
})
