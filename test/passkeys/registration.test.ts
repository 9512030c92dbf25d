import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, inject, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { type Cbor, SoftPasskey, type Twist } from '../support/soft-authenticator.ts'
import { ageSessions, eventsOf } from '../totp/support.ts'
import { browserAt, offered, passkeys, register, registration, untilOver, useHasty, withPasskey } from './support.ts'

const app = useApp()
const hasty = useHasty(app)

type Options = {
  readonly public_key: {
    readonly challenge: string
    readonly user: { readonly id: string }
    readonly excludeCredentials: readonly { readonly id: string }[]
  }
  readonly expires_at: string
}

/** A body is JSON of any shape to the client; this much of it is looked at here. */
const optionsOf = async (client: Parameters<typeof offered>[0], wish: object = {}) =>
  (await offered(client, wish)) as unknown as Options

describe(`POST ${registration}`, () => {
  test('offers what makes a passkey that signs in by itself: found without a name, its user verified [PK3]', async () => {
    const { person, client } = await signedUp(app)
    const before = Date.now()
    const body = await optionsOf(client, { attachment: 'platform' })
    expect(body).toEqual({
      public_key: {
        rp: { id: 'app.example.com', name: 'Postern' },
        user: { id: expect.stringMatching(/^[\w-]{43}$/), name: person.email, displayName: person.display_name },
        challenge: expect.stringMatching(/^[\w-]{54}$/),
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
        timeout: 300_000,
        excludeCredentials: [],
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
          authenticatorAttachment: 'platform',
        },
        attestation: 'none',
        extensions: { credProps: true },
      },
      expires_at: expect.any(String),
    })
    const ends = Date.parse(body.expires_at)
    expect(ends).toBeGreaterThan(before + 290_000)
    expect(ends).toBeLessThan(Date.now() + 302_000)
  })

  test('the user handle is random, nobody else’s, stays, and has nothing of the account [PK4]', async () => {
    const { client } = await signedUp(app)
    const other = await signedUp(app)
    const handles = await Promise.all([1, 2, 3].map(async () => (await optionsOf(client)).public_key.user.id))
    expect(new Set(handles).size).toBe(1)
    expect((await optionsOf(other.client)).public_key.user.id).not.toBe(handles[0])
    const id = String((await client.get('/v0/user/me')).body.id)
    expect(Buffer.from(handles[0] ?? '', 'base64url').includes(Buffer.from(id.replaceAll('-', ''), 'hex'))).toBe(false)
  })

  test('writes no challenge down, and names what the account has, so that nothing is replaced', async () => {
    const { client, passkey } = await withPasskey(app)
    const spent = await app.sql('select digest from spent_challenges')
    const offers = await Promise.all([1, 2, 3].map(() => optionsOf(client, { mediation: 'conditional' })))
    expect(new Set(offers.map(({ public_key: { challenge } }) => challenge)).size).toBe(3)
    expect(offers[0]?.public_key.excludeCredentials).toEqual([
      { id: passkey.id, type: 'public-key', transports: ['internal', 'hybrid'] },
    ])
    expect(await app.sql('select digest from spent_challenges')).toEqual(spent)
  })

  test('passkey:limit_reached: twenty are enough, also where two come at once', async () => {
    const { client, id, person } = await withPasskey(app)
    await app.sql(
      `insert into passkeys (id, user_id, credential_id, public_key, algorithm, sign_count, backup_eligible, backed_up,
         transports, rp_id, name)
       select gen_random_uuid(), user_id, sha256(n::text::bytea || credential_id), public_key, algorithm, 0, true, true,
         transports, rp_id, name from passkeys, generate_series(1, 18) as n where id = $1`,
      [id],
    )
    const [one, two] = [await offered(client), await offered(client)]
    const answers = await Promise.all(
      [one, two].map((offer) => client.post(passkeys, { credential: new SoftPasskey().create(offer) })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
    expect(answers.find(({ status }) => status === 409)?.code).toBe('passkey:limit_reached')
    expect((await client.post(registration)).code).toBe('passkey:limit_reached')
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(20)
    expect(await eventsOf(app, person)).toContain('passkey_added')
  })

  test('general:validation_error: another mediation, another attachment', async () => {
    const { client } = await signedUp(app)
    for (const body of [{ mediation: 'silent' }, { attachment: 'usb' }, { attachment: '' }])
      expect((await client.post(registration, body)).code).toBe('general:validation_error')
  })
})

describe(`POST ${passkeys}`, () => {
  test.each([-7, -8, -257] as const)(
    'of the algorithm %d it is registered, told and listed [PK9]',
    async (algorithm) => {
      const { person, client } = await signedUp(app)
      const { passkey, answer } = await register(client, new SoftPasskey({ algorithm, flags: { bs: false } }), 'Ph💻ne')
      expect(answer.body).toEqual({
        id: expect.any(String),
        credential_id: passkey.id,
        name: 'Ph💻ne',
        created_at: expect.any(String),
        backed_up: false,
        transports: ['internal', 'hybrid'],
        is_current: false,
      })
      expect((await client.get(passkeys)).body).toEqual({
        rp_id: 'app.example.com',
        user_handle: passkey.userHandle,
        passkeys: [answer.body],
      })
      expect((await client.get('/v0/user/me')).body.passkeys).toBe(1)
      expect((await eventsOf(app, person))[0]).toBe('passkey_added')
      const [mail] = await mailsTo(app, person.email, 2)
      expect(mail?.subject).toBe('A passkey was added to your account')
      expect(mail?.text).toContain('Ph💻ne')
    },
  )

  test('without a name it has one; the model of its authenticator is kept where it says so', async () => {
    const { client } = await signedUp(app)
    const aaguid = Buffer.from('ea9b8d664d011d213ce4b6b48cb575d4', 'hex')
    const credential = new SoftPasskey().create(await offered(client), { aaguid })
    const { body } = await client.post(passkeys, { credential })
    expect(body).toMatchObject({ name: 'Passkey', aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4' })
  })

  test('made beside a sign-in by a password, with nobody asked, it need not say that somebody was there', async () => {
    const { client } = await signedUp(app)
    const nobody = { flags: { up: false, uv: false } }
    const conditional = await offered(client, { mediation: 'conditional' })
    expect((await client.post(passkeys, { credential: new SoftPasskey().create(conditional, nobody) })).status).toBe(
      201,
    )
    const credential = new SoftPasskey().create(await offered(client), nobody)
    expect((await client.post(passkeys, { credential })).code).toBe('passkey:invalid_registration')
  })

  test('a challenge is good once, whatever of fifty requests comes first [PK1 TK1]', async () => {
    const { client } = await signedUp(app)
    const offer = await offered(client)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.post(passkeys, { credential: new SoftPasskey().create(offer) })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const codes = new Set(answers.flatMap(({ code }) => code ?? []))
    expect([...codes]).toEqual(['passkey:invalid_challenge'])
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(1)
  })

  test('passkey:invalid_challenge: of another session, made elsewhere, spent, or none', async () => {
    const { client } = await signedUp(app)
    const other = await signedUp(app)
    const offer = await optionsOf(client)
    const foreign = new SoftPasskey().create(await offered(other.client))
    const made = randomBytes(40).toString('base64url')
    const flipped = `${offer.public_key.challenge.slice(0, -6)}AAAAAA`
    const credentials = [foreign, ...[made, flipped, '', 'AAAA', 'not base64url!'].map(answering(offer))]
    for (const credential of credentials)
      expect((await client.post(passkeys, { credential })).code).toBe('passkey:invalid_challenge')
    // Nothing of that spent it.
    const credential = new SoftPasskey().create(offer)
    expect((await client.post(passkeys, { credential })).status).toBe(201)
    const again = new SoftPasskey().create(offer)
    expect((await client.post(passkeys, { credential: again })).code).toBe('passkey:invalid_challenge')
  })

  const answering = (offer: Options) => (challenge: string) => new SoftPasskey().create(offer, { challenge })

  const key = new SoftPasskey()
  const [, , , x = [-2, 0]] = key.cose as readonly (readonly [number, Cbor])[]
  const twists: Record<string, Twist> = {
    'another origin [PK2]': { origin: 'https://app.example.com.evil.example' },
    'an origin below ours [PK2]': { origin: 'https://evil.app.example.com' },
    'our origin without TLS [PK2]': { origin: 'http://app.example.com' },
    'another relying party [PK2]': { rpId: 'example.com' },
    'a frame of another page [PK2]': { clientData: { crossOrigin: true } },
    'a top origin, whatever it is [PK2]': { clientData: { topOrigin: 'https://app.example.com' } },
    'nobody verified [PK3]': { flags: { uv: false } },
    'nobody there': { flags: { up: false } },
    'backed up, but not able to be': { flags: { be: false, bs: true } },
    'another type': { type: 'webauthn.get' },
    'ES384, which was not offered': { cose: [[1, 2], [3, -35], [-1, 2], [-2, randomBytes(48)], [-3, randomBytes(48)]] }, // biome-ignore format: a key
    'a point that is on no curve': { cose: [[1, 2], [3, -7], [-1, 1], x, [-3, randomBytes(32)]] }, // biome-ignore format: a key
    'a curve of another algorithm': { cose: [[1, 2], [3, -7], [-1, 6], x] }, // biome-ignore format: a key
    'a key without its numbers': { cose: [[1, 2], [3, -7]] }, // biome-ignore format: a key
    'RSA of 1024 bits': { cose: [[1, 3], [3, -257], [-1, randomBytes(128)], [-2, Buffer.from([1, 0, 1])]] }, // biome-ignore format: a key
    'RSA that would take seconds': { cose: [[1, 3], [3, -257], [-1, randomBytes(512)], [-2, randomBytes(512)]] }, // biome-ignore format: a key
    'a key that is no map': { cose: 'key' },
  }
  test.each(Object.entries(twists))('passkey:invalid_registration: %s', async (_, twist) => {
    const { client } = await signedUp(app)
    const credential = key.create(await offered(client), twist)
    expect((await client.post(passkeys, { credential })).code).toBe('passkey:invalid_registration')
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(0)
  })

  test('passkey:invalid_registration: what is no base64url, no JSON, no CBOR, too long or another’s id', async () => {
    const { client } = await signedUp(app)
    const offer = await offered(client)
    const good = new SoftPasskey().create(offer)
    const { response } = good
    const bombs = ['9f', '81', 'a100'].map((start) => Buffer.from(start.repeat(8000), 'hex').toString('base64url'))
    const broken: object[] = [
      ...bombs.map((attestationObject) => ({ response: { ...response, attestationObject } })),
      { response: { ...response, attestationObject: 'oA==' } },
      { response: { ...response, attestationObject: null } },
      { response: { clientDataJSON: response.clientDataJSON } },
      { response: { ...response, clientDataJSON: '!' } },
      { response: { ...response, clientDataJSON: Buffer.from([0xff, 0xfe]).toString('base64url') } },
      { response: { ...response, clientDataJSON: Buffer.from('null').toString('base64url') } },
      { response: { ...response, transports: Array.from({ length: 2000 }, () => 'internal') } },
      { id: new SoftPasskey().id },
      { type: 'password' },
    ]
    for (const part of broken) {
      const { code } = await client.post(passkeys, { credential: { ...good, ...part } })
      expect([part, code]).toEqual([part, 'passkey:invalid_registration'])
    }
    const long = new SoftPasskey({ credentialId: randomBytes(1024) }).create(offer)
    expect((await client.post(passkeys, { credential: long })).code).toBe('passkey:invalid_registration')
    expect((await client.post(passkeys, { credential: good })).status).toBe(201)
  })

  test('general:bad_request: no credential, none that is an object, a member of another type', async () => {
    const { client } = await signedUp(app)
    const good = new SoftPasskey().create(await offered(client))
    const bodies = [{}, { credential: null }, { credential: 'a' }, { credential: [] }, { credential: {} }]
    const members = [{ id: 1 }, { response: [] }, { response: { clientDataJSON: 1 } }].map((part) => ({
      credential: { ...good, ...part },
    }))
    for (const body of [...bodies, ...members])
      expect([body, (await client.post(passkeys, body)).code]).toEqual([body, 'general:bad_request'])
  })

  test('general:validation_error: a blank name, one of 51 characters', async () => {
    const { client } = await signedUp(app)
    const credential = new SoftPasskey().create(await offered(client))
    for (const name of [' ', 'x'.repeat(51)])
      expect((await client.post(passkeys, { credential, name })).code).toBe('general:validation_error')
  })

  test('passkey:already_registered: that credential exists, on whatever account', async () => {
    const { client, passkey } = await withPasskey(app)
    const other = await signedUp(app)
    for (const who of [client, other.client]) {
      const credential = passkey.create(await offered(who))
      const answer = await who.post(passkeys, { credential })
      expect([answer.status, answer.code]).toEqual([409, 'passkey:already_registered'])
    }
  })

  test('passkey:challenge_expired', async () => {
    const client = browserAt(hasty, (await signedUp(app)).client)
    const offer = await optionsOf(client)
    await untilOver(offer)
    const credential = new SoftPasskey().create(offer)
    expect((await client.post(passkeys, { credential })).code).toBe('passkey:challenge_expired')
  })

  const formats = ['packed', 'fido-u2f', 'android-safetynet', 'android-key', 'tpm', 'apple', 'of-tomorrow', 'none']
  test('what its maker says in an attestation is neither read nor asked about, whatever its format [PK6 FS4]', async () => {
    const asked: string[] = []
    const note = (message: unknown) => {
      const { origin, path } = (message as { request: { origin: unknown; path: unknown } }).request
      asked.push(`${origin}${path}`)
    }
    for (const fmt of formats) {
      const { client } = await signedUp(app)
      const attStmt: Cbor = [['alg', -7], ['sig', randomBytes(70)], ['x5c', 'http://127.0.0.1:9/crl'], ['ver', '2.0']] // biome-ignore format: a map of CBOR
      const credential = new SoftPasskey().create(await offered(client), { fmt, attStmt })
      subscribe('undici:request:create', note)
      expect([fmt, (await client.post(passkeys, { credential })).status]).toEqual([fmt, 201])
      unsubscribe('undici:request:create', note)
    }
    expect(asked.length).toBeGreaterThanOrEqual(formats.length)
    // Beside those of this very test what it did is traced.
    const known = [app.origin, new URL(inject('otlpUrl')).origin]
    const others = asked.filter((url) => !known.includes(new URL(url).origin))
    expect(others).toEqual([])
  })

  test('user:reauthentication_required: the session must be fresh for all of it [PK9]', async () => {
    const { person, client } = await signedUp(app)
    const credential = new SoftPasskey().create(await offered(client))
    await ageSessions(app, person)
    for (const answer of [await client.post(registration), await client.post(passkeys, { credential })])
      expect(answer.code).toBe('user:reauthentication_required')
  })
})
