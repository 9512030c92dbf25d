import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { SoftPasskey, type Twist } from '../support/soft-authenticator.ts'
import { eventsOf, onDeviceOf, withTotp } from '../totp/support.ts'
import {
  appSignIn,
  asked,
  bound,
  passkeys,
  register,
  signIn,
  signInWith,
  untilOver,
  useHasty,
  withPasskey,
} from './support.ts'

const app = useApp()
const hasty = useHasty(app)
const restored = useApp({ PASSKEY_SIGNALS: 'off' })

const device = '__Host-device_id'

describe.each([signIn, appSignIn])('POST %s/options', (url) => {
  test('asks for any passkey of this place with its user verified, whoever asks: it tells of nobody [PK3 PK5]', async () => {
    const { client } = await withPasskey(app)
    for (const one of [client, app.client()]) {
      const body = await asked(one, url)
      expect(body).toEqual({
        public_key: {
          challenge: expect.stringMatching(/^[\w-]{54}$/),
          rpId: 'app.example.com',
          timeout: 300_000,
          userVerification: 'required',
          allowCredentials: [],
        },
        expires_at: expect.any(String),
      })
    }
    expect((await app.client().get(`${url}/options`)).code).toBe('system:not_found')
  })
})

test('a browser gets a name once, an app none', async () => {
  const client = app.client()
  expect((await client.post(`${signIn}/options`)).setCookies[0]).toMatch(/^__Host-anonymous_user_id=/)
  expect((await client.post(`${signIn}/options`)).setCookies).toEqual([])
  expect((await app.client().post(`${appSignIn}/options`)).setCookies).toEqual([])
})

describe(`POST ${signIn}`, () => {
  test.each([-7, -8, -257] as const)(
    'signs in by itself with a key of %d, on a device known from then on',
    async (algorithm) => {
      const { person, client, passkey, id } = await withPasskey(app, new SoftPasskey({ algorithm }))
      const browser = app.client()
      const answer = await signInWith(browser, passkey)
      expect([answer.status, answer.code]).toEqual([204, undefined])
      expect(browser.cookies.get(device)).toBeTruthy()
      expect((await browser.get('/v0/user/me')).body.email).toBe(person.email)
      expect((await browser.get(passkeys)).body.passkeys).toMatchObject([
        { id, is_current: true, last_used_at: expect.any(String) },
      ])
      expect((await client.get(passkeys)).body.passkeys).toMatchObject([{ is_current: false }])
      const { body } = await browser.get('/v0/user/me/security-events')
      const [event] = (body.data as readonly { type: string; metadata?: object }[]).filter(
        ({ type }) => type === 'login_succeeded',
      )
      expect(event?.metadata).toEqual({ method: 'passkey', passkey: id })
      const [mail] = await mailsTo(app, person.email, 3)
      expect(mail?.text).toContain('A passkey of your account was used')
      // Known now: no more mail.
      expect((await signInWith(browser, passkey)).setCookies.some((line) => line.startsWith(device))).toBe(false)
    },
  )

  test('it is two factors: the codes of an app are not asked for [MF4 PK3]', async () => {
    const { person, client } = await withTotp(app)
    const { passkey } = await register(client)
    const browser = app.client()
    expect((await signInWith(browser, passkey)).status).toBe(204)
    expect((await browser.get('/v0/user/me')).body).toMatchObject({ email: person.email, totp_enabled: true })
  })

  test('and having one makes nothing mandatory: the password goes on alone', async () => {
    const { person, client } = await withPasskey(app)
    const known = onDeviceOf(app, client)
    const answer = await known.post('/v0/auth/login', person)
    expect(answer.body).toEqual({ status: 'device_verification_required' })
  })

  test('one that a single factor registered shows two a day later, one that two registered at once [AT10]', async () => {
    const shown = async (email: string) => {
      const newest = 'select methods from sessions where user_id = (select id from users where email = $1)'
      const [row] = await app.sql(`${newest} order by created_at desc limit 1`, [email])
      return row?.methods
    }
    const { person, passkey } = await withPasskey(app)
    expect((await signInWith(app.client(), passkey)).status).toBe(204)
    expect(await shown(person.email)).toEqual([])
    await app.sql("update passkeys set created_at = now() - interval '24 hours' where credential_id = $1", [
      passkey.credentialId,
    ])
    const browser = app.client()
    expect((await signInWith(browser, passkey)).status).toBe(204)
    expect(await shown(person.email)).toEqual(['passkey'])
    const second = await register(browser)
    expect((await signInWith(app.client(), second.passkey)).status).toBe(204)
    expect(await shown(person.email)).toEqual(['passkey'])
  })

  test('remember_me is heard', async () => {
    const { passkey } = await withPasskey(app)
    const { setCookies } = await signInWith(app.client(), passkey, {}, { remember_me: true })
    expect(setCookies.find((line) => line.startsWith('__Host-session_id'))).toContain('Max-Age')
  })

  test('of fifty that send the same answer at once, one is in [PK1 TK1]', async () => {
    const { person, passkey } = await withPasskey(app)
    const browser = app.client()
    const credential = passkey.get(await asked(browser))
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.post(signIn, { credential })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    // Whoever waits too long for the account is told so.
    const refusals = ['passkey:invalid_challenge', 'system:transaction_error']
    for (const { code } of answers.filter(({ status }) => status !== 204)) expect(refusals).toContain(code)
    expect((await eventsOf(app, person)).filter((type) => type === 'device_added')).toHaveLength(1)
  })

  test('passkey:invalid_challenge: of another browser, of an app, made elsewhere; nothing of it is spent [PK1]', async () => {
    const { passkey } = await withPasskey(app)
    const browser = app.client()
    const ask = await asked(browser)
    const credential = passkey.get(ask)
    const colleague = app.client()
    await asked(colleague)
    for (const one of [app.client(), colleague])
      expect((await one.post(signIn, { credential })).code).toBe('passkey:invalid_challenge')
    const elsewhere = [
      await asked(browser, appSignIn),
      { public_key: { challenge: randomBytes(40).toString('base64url') } },
    ]
    for (const one of elsewhere)
      expect((await browser.post(signIn, { credential: passkey.get(one) })).code).toBe('passkey:invalid_challenge')
    expect((await app.client().post(appSignIn, { credential })).code).toBe('passkey:invalid_challenge')
    expect((await browser.post(signIn, { credential })).status).toBe(204)
  })

  test('passkey:challenge_expired', async () => {
    const { passkey } = await withPasskey(app)
    const browser = hasty.client()
    const ask = await asked(browser)
    await untilOver(ask)
    expect((await browser.post(signIn, { credential: passkey.get(ask) })).code).toBe('passkey:challenge_expired')
  })

  test('passkey:unknown_credential: never made, deleted, of an account that was erased [PK5]', async () => {
    const deleted = await withPasskey(app)
    expect((await deleted.client.send('DELETE', `${passkeys}/${deleted.id}`)).status).toBe(204)
    const erased = await withPasskey(app)
    const { password } = erased.person
    expect((await erased.client.send('DELETE', '/v0/user/me', { body: { password } })).status).toBe(204)
    const stranger = new SoftPasskey()
    Object.assign(stranger, { rpId: 'app.example.com', userHandle: randomBytes(32).toString('base64url') })
    for (const passkey of [deleted.passkey, erased.passkey, stranger]) {
      const answer = await signInWith(app.client(), passkey)
      expect([answer.status, answer.code]).toEqual([401, 'passkey:unknown_credential'])
    }
  })

  test('after a restore, with PASSKEY_SIGNALS=off, none is called unknown, nor may a browser say which are left [PK13]', async () => {
    const { client, passkey, id } = await withPasskey(restored)
    expect(Object.keys((await client.get(passkeys)).body)).toEqual(['rp_id', 'passkeys'])
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await signInWith(restored.client(), passkey)).code).toBe('passkey:invalid_assertion')
  })

  test('extensions that nobody asked for may be there if they are well-formed', async () => {
    const { passkey } = await withPasskey(app)
    expect((await signInWith(app.client(), passkey, { extensions: [['uvm', 1]] })).status).toBe(204)
    const broken = [[], [0x81], [0xa0, 0x00], [0x9f], Array<number>(10_000).fill(0x81)].map((bytes) =>
      Buffer.from(bytes),
    )
    for (const raw of broken)
      expect((await signInWith(app.client(), passkey, { extensions: { raw } })).code).toBe('passkey:invalid_assertion')
  })

  const twists: Record<string, Twist> = {
    'another origin [PK2]': { origin: 'https://evil.example' },
    'an origin below ours [PK2]': { origin: 'https://evil.app.example.com' },
    'another relying party [PK2]': { rpId: 'example.com' },
    'a frame of another page [PK2]': { clientData: { crossOrigin: true } },
    'a top origin [PK2]': { clientData: { topOrigin: 'https://evil.example' } },
    'nobody verified [PK3]': { flags: { uv: false } },
    'nobody there': { flags: { up: false } },
    'that may no longer leave its device': { flags: { be: false, bs: false } },
    'backed up, but not able to be': { flags: { be: false } },
    'the type of a registration': { type: 'webauthn.create' },
    'no user handle': { userHandle: null },
    'the handle of another': { userHandle: randomBytes(32).toString('base64url') },
    'a wrong signature': { signature: randomBytes(70) },
    'a signature that is none': { signature: Buffer.alloc(0) },
  }
  test.each(Object.entries(twists))('passkey:invalid_assertion: %s', async (_, twist) => {
    const { passkey } = await withPasskey(app)
    expect((await signInWith(app.client(), passkey, twist)).code).toBe('passkey:invalid_assertion')
  })

  test('passkey:invalid_assertion: another key, a registration, what is no base64url, no JSON, no CBOR', async () => {
    const { passkey } = await withPasskey(app)
    const browser = app.client()
    const ask = await asked(browser)
    const good = passkey.get(ask)
    const { response } = good
    const thief = Object.assign(Object.create(passkey), {
      key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    })
    const creation = { public_key: { ...(ask.public_key as object), rp: { id: 'app.example.com' }, user: { id: '' } } }
    const extended = Buffer.from(response.authenticatorData, 'base64url')
    extended.writeUInt8(extended.readUInt8(32) | 0x80, 32)
    const bomb = Buffer.concat([extended, Buffer.from('81'.repeat(8000), 'hex')]).toString('base64url')
    const broken: object[] = [
      SoftPasskey.prototype.get.call(thief, ask),
      new SoftPasskey().create(creation),
      { ...good, rawId: 'AAAA' },
      { ...good, type: 'password' },
      { ...good, id: `${good.id}=` },
      ...['', '!', 'oA==', 'A'.repeat(15_000), bomb].flatMap((text) => [
        { ...good, response: { ...response, authenticatorData: text } },
        { ...good, response: { ...response, clientDataJSON: text } },
        { ...good, response: { ...response, signature: text } },
        { ...good, response: { ...response, userHandle: text } },
      ]),
      { ...good, response: { ...response, authenticatorData: null, signature: null } },
      { ...good, response: { ...response, signature: 'A'.repeat(17_000) } },
    ]
    for (const credential of broken) {
      const { code } = await browser.post(signIn, { credential })
      expect([credential, code]).toEqual([credential, 'passkey:invalid_assertion'])
    }
    expect((await browser.post(signIn, { credential: good })).status).toBe(204)
  })

  test('general:bad_request: no credential, none that is an object, a member of another type', async () => {
    const { passkey } = await withPasskey(app)
    const browser = app.client()
    const good = passkey.get(await asked(browser))
    const members = [{ id: 1 }, { response: 'x' }, { response: { ...good.response, signature: 1 } }, { rawId: null }]
    const bodies = [
      {},
      { credential: null },
      { credential: 'a' },
      ...members.map((part) => ({ credential: { ...good, ...part } })),
    ]
    for (const body of bodies)
      expect([body, (await browser.post(signIn, body)).code]).toEqual([body, 'general:bad_request'])
  })

  test('user:banned: told to nobody without the key', async () => {
    const { person, passkey } = await withPasskey(app)
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    const browser = app.client()
    expect((await signInWith(browser, passkey, { signature: randomBytes(70) })).code).toBe('passkey:invalid_assertion')
    const credential = passkey.get(await asked(browser))
    expect((await browser.post(signIn, { credential })).code).toBe('user:banned')
  })

  test('rate_limit:exceeded: new devices of an account, as each is told', async () => {
    const strict = { email: '' }
    const { person, passkey } = await withPasskey(few)
    strict.email = person.email
    const answers = []
    for (let n = 0; n < 7; n++) answers.push(await signInWith(few.client(), passkey))
    expect(answers.at(-1)?.code).toBe('rate_limit:exceeded')
  })
})

const few = useApp({ RATE_LIMITS: '1' })

describe(`POST ${appSignIn}`, () => {
  test('an app signs in, and is a known device from then on', async () => {
    const { person, passkey } = await withPasskey(app)
    const client = app.client()
    const answer = await client.post(appSignIn, { credential: passkey.get(await asked(client, appSignIn)) })
    expect(answer.body).toEqual({ token: expect.stringMatching(/^pst_/), device_token: expect.stringMatching(/^pdt_/) })
    const headers = { 'x-device-token': String(answer.body.device_token) }
    const again = await client.post(appSignIn, { credential: passkey.get(await asked(client, appSignIn)) }, { headers })
    expect(again.body).toEqual({ token: expect.any(String) })
    client.headers.authorization = `Bearer ${String(answer.body.token)}`
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
  })

  test('passkey:challenge_expired', async () => {
    const { passkey } = await withPasskey(app)
    const client = hasty.client()
    const ask = await asked(client, appSignIn)
    await untilOver(ask)
    expect((await client.post(appSignIn, { credential: passkey.get(ask) })).code).toBe('passkey:challenge_expired')
  })

  test('passkey:unknown_credential; passkey:invalid_assertion; user:banned', async () => {
    const { person, passkey, client: owner, id } = await withPasskey(app)
    const client = app.client()
    const send = async (twist: Twist = {}) =>
      client.post(appSignIn, { credential: passkey.get(await asked(client, appSignIn), twist) })
    expect((await send({ flags: { uv: false } })).code).toBe('passkey:invalid_assertion')
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    expect((await send()).code).toBe('user:banned')
    await app.sql('update users set banned_at = null where email = $1', [person.email])
    expect((await owner.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await send()).code).toBe('passkey:unknown_credential')
  })
})

describe('the counter [PK8]', () => {
  const storedOf = async (passkey: SoftPasskey) => {
    const text = 'select sign_count::int as count, backed_up from passkeys where credential_id = $1'
    const [row] = await app.sql<{ count: number; backed_up: boolean }>(text, [passkey.credentialId])
    return row
  }

  test('of a key that is bound to its device must grow: else it is refused, noted and told once a day', async () => {
    const { person, passkey } = await withPasskey(app, bound(7))
    expect((await signInWith(app.client(), passkey, { counter: 8 })).status).toBe(204)
    for (const counter of [8, 7, 0, 3])
      expect((await signInWith(app.client(), passkey, { counter })).code).toBe('passkey:invalid_assertion')
    expect(await storedOf(passkey)).toMatchObject({ count: 8 })
    expect((await signInWith(app.client(), passkey, { counter: 9 })).status).toBe(204)
    const events = await eventsOf(app, person)
    expect(events.filter((type) => type === 'passkey_clone_suspected')).toHaveLength(4)
    const subject = 'A passkey of your account may have been copied'
    const mails = await mailsTo(app, person.email, 5)
    expect(mails.filter((mail) => mail.subject === subject)).toHaveLength(1)
  })

  test('nobody without the key has its owner told, nor anybody twice by one answer', async () => {
    const { person, passkey } = await withPasskey(app, bound(7))
    await signInWith(app.client(), passkey, { counter: 1, signature: randomBytes(70) })
    const browser = app.client()
    const credential = passkey.get(await asked(browser), { counter: 1 })
    expect((await browser.post(signIn, { credential })).code).toBe('passkey:invalid_assertion')
    expect((await browser.post(signIn, { credential })).code).toBe('passkey:invalid_challenge')
    expect((await eventsOf(app, person)).filter((type) => type === 'passkey_clone_suspected')).toHaveLength(1)
  })

  test('of one that does not count is 0 for ever', async () => {
    for (const passkey of [new SoftPasskey(), bound(0)]) {
      await withPasskey(app, passkey)
      for (const _ of [1, 2]) expect((await signInWith(app.client(), passkey)).status).toBe(204)
    }
  })

  test('of one that is on several devices refuses nobody, and keeps the largest; its backup may come and go', async () => {
    const { passkey } = await withPasskey(app, new SoftPasskey({ counter: 1 }))
    for (const [counter, bs] of [
      [5, true],
      [2, false],
      [0, true],
      [5, false],
    ] as const)
      expect((await signInWith(app.client(), passkey, { counter, flags: { bs } })).status).toBe(204)
    expect(await storedOf(passkey)).toEqual({ count: 5, backed_up: false })
  })

  test('ten answers of a bound key at once: none lowers it, and it goes on', async () => {
    const { passkey } = await withPasskey(app, bound(1))
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => signInWith(app.client(), passkey, { counter: n + 2 })),
    )
    for (const { status, code } of answers) expect([204, 401]).toContain(status ?? code)
    expect(await storedOf(passkey)).toMatchObject({ count: 11 })
    expect((await signInWith(app.client(), passkey, { counter: 12 })).status).toBe(204)
  })
})

test('what was registered before is used and unknown by turns in no race of deletion and sign-in', async () => {
  const { client } = await signedUp(app)
  for (let round = 0; round < 5; round++) {
    const { passkey, id } = await register(client)
    const browser = app.client()
    const credential = passkey.get(await asked(browser))
    const [gone, came] = await Promise.all([
      client.send('DELETE', `${passkeys}/${id}`),
      browser.post(signIn, { credential }),
    ])
    expect(gone.status).toBe(204)
    expect([undefined, 'passkey:unknown_credential']).toContain(came.code)
    // Whoever came first, what it opened is over.
    expect((await browser.get('/v0/user/me')).status).toBe(401)
  }
})
