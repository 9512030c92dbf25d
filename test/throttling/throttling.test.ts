import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressDigest } from '../../src/accounts/address-digest.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { loadReference } from '../../src/hashing/argon2.ts'
import { emailKey } from '../../src/text/email.ts'
import { startApp, type TestApp, useApp } from '../support/app.ts'
import { seen, type TestClient } from '../support/client.ts'
import { mailsSettled } from '../support/mail-way.ts'
import { mailsTo, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { prolongBlocks } from '../totp/support.ts'

const loginUrl = '/v0/auth/login'
const subject = 'Wrong passwords were tried on your account'

/** Every request from a network of its own, so that only what counts across networks can refuse. */
let networks = 0
const elsewhere = () => ({ remoteAddress: `198.18.${networks >> 8}.${networks++ & 255}` })

const wrongLogin = (app: TestApp, { email }: Pick<Person, 'email'>, client = app.client()) =>
  client.post(loginUrl, { email, password: 'not the password' }, elsewhere())

describe('the owner is told by mail when somebody is locked out [TH2]', () => {
  const app = useApp({ RATE_LIMITS: 'on' })

  /** Also of the hashes a minute. */
  const endBlocks = async () => {
    await app.sql('update failed_attempts set blocked_until = now() where blocked_until is not null')
    await app.sql("delete from rate_counters where key like 'hashes:%'")
  }
  const notices = async ({ email }: Person) => {
    const mails = app.deps.inbox?.search(email) ?? []
    return mails.filter((mail) => mail.subject === subject).length
  }
  const guess = async (person: Person, times: number, client?: TestClient) => {
    for (let time = 0; time < times; time++) {
      expect((await wrongLogin(app, person, client)).code).toBe('auth:invalid_credentials')
      await endBlocks()
    }
  }
  /** No mail is on its way any more. */
  const allSent = () =>
    expect
      .poll(() => app.sql("select id from mails where kind = 'message' and payload is not null"), { timeout: 15_000 })
      .toEqual([])

  test('once, after the fifth wrong try, also when the guessing goes on after a success', async () => {
    const { person } = await signedUp(app)
    await guess(person, 4)
    await allSent()
    expect(await notices(person)).toBe(0)
    await guess(person, 1)
    const [mail] = await mailsTo(app, person.email, 2)
    expect(mail?.subject).toBe(subject)
    expect(mail?.text).not.toContain('http')
    await guess(person, 3)
    expect((await app.client().post(loginUrl, person, elsewhere())).status).toBe(202)
    await guess(person, 6)
    await allSent()
    expect(await notices(person)).toBe(1)
  })

  test('again when the next day somebody is locked out again', async () => {
    const { person } = await signedUp(app)
    await guess(person, 5)
    await expect.poll(() => notices(person), { timeout: 15_000 }).toBe(1)
    await app.sql("update failed_attempts set told_at = now() - interval '24 hours 1 second'")
    await guess(person, 1)
    await expect.poll(() => notices(person), { timeout: 15_000 }).toBe(2)
  })

  test('however many race', async () => {
    const { person } = await signedUp(app)
    await Promise.all(Array.from({ length: 20 }, () => wrongLogin(app, person)))
    await expect.poll(() => notices(person), { timeout: 15_000 }).toBe(1)
    await allSent()
    expect(await notices(person)).toBe(1)
  })

  test('wrong passwords of a signed-in client count and tell as well, whatever they were to prove [TH1]', async () => {
    const { person, client } = await signedUp(app)
    const password = 'not the password'
    const acts = [
      ['reauthenticate', { password }],
      ['change-password', { current_password: password, new_password: 'a wholly new passphrase' }],
      ['change-email', { password, new_email: newPerson().email }],
    ] as const
    for (const [route, body] of [...acts, ...acts.slice(0, 2)]) {
      expect((await client.post(`/v0/auth/${route}`, body)).code).toMatch(/incorrect|invalid_password/)
    }
    await prolongBlocks(app)
    for (const [route, body] of acts) expect((await client.post(`/v0/auth/${route}`, body)).status).toBe(429)
    expect((await wrongLogin(app, person)).status).toBe(429)
    await expect.poll(() => notices(person), { timeout: 15_000 }).toBe(1)
  })

  test('an address without an account gets no mail and the same answers, by the same work [TH4]', async () => {
    const { person } = await signedUp(app)
    const stranger = newPerson()
    const work = async (someone: Person) => {
      const answers = []
      const rows = async () => (await app.sql<{ n: number }>('select count(*)::int as n from mails'))[0]?.n ?? 0
      const before = await rows()
      for (let time = 0; time < 6; time++) answers.push(seen(await wrongLogin(app, someone)))
      return { answers, mails: (await rows()) - before }
    }
    const known = await work(person)
    expect(known.mails).toBe(1)
    expect(await work(stranger)).toEqual(known)
    await allSent()
    expect(app.deps.inbox?.search(stranger.email)).toEqual([])
  })

  test('a wrong try is in the audit with what it was to prove; a right one too [LG2]', async () => {
    const { person, client } = await signedInOnDevice(app)
    await client.post('/v0/auth/reauthenticate', { password: 'not the password' })
    await client.post('/v0/auth/reauthenticate', { password: person.password })
    const rows = await app.sql(
      `select type, metadata from security_events where user_id = (select id from users where email = $1)
       order by created_at desc, id desc limit 2`,
      [person.email],
    )
    const metadata = { act: 'reauthenticate' }
    expect(rows).toEqual([
      { type: 'login_succeeded', metadata },
      { type: 'login_failed', metadata },
    ])
  })
})

describe('what counts for everybody together', () => {
  let lenient: TestApp
  let strict: TestApp
  beforeAll(async () => {
    lenient = await startApp()
    strict = await startApp({
      DATABASE_URL: lenient.config.databaseUrl,
      KEYS_DIR: lenient.config.keysDir,
      // A thousandth: 6 tries a minute, 10 mails an hour.
      RATE_LIMITS: '0.001',
    })
  })
  afterAll(async () => {
    await strict.close()
    await lenient.close()
  })

  /** What went before, at the same database, does not count. */
  const forget = () => strict.sql('delete from rate_counters')

  test('tries at passwords: beyond them only known devices go on [TH1 TH2]', async () => {
    const { person, client } = await signedInOnDevice(lenient)
    const { person: other } = await signedUp(lenient)
    await forget()
    const codes = []
    for (let time = 0; time < 8; time++) codes.push((await wrongLogin(strict, newPerson())).code)
    expect(codes).toEqual([...Array(6).fill('auth:invalid_credentials'), ...Array(2).fill('rate_limit:exceeded')])
    const refused = await strict.client().post(loginUrl, other, elsewhere())
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true])
    const device = strict.client()
    device.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
    expect((await device.post(loginUrl, person, elsewhere())).status).toBe(204)
  })

  describe('mails', () => {
    const signUp = (person = newPerson()) => strict.client().post('/v0/auth/signup', person, elsewhere())
    const forgot = async ({ email }: Person) =>
      (await strict.client().post('/v0/auth/forgot-password', { email }, elsewhere())).status
    const login = async ({ email, password }: Person) =>
      (await strict.client().post(loginUrl, { email, password }, elsewhere())).status
    const spent = async () => (await strict.sql("select count from rate_counters where key = 'mail'"))[0]?.count

    test('of ten an hour strangers may use up seven, resets the ninth, whom an account knows all [AT2 RL5]', async () => {
      const people = [await signedUp(lenient), await signedUp(lenient), await signedUp(lenient)] as const
      const [one, two, three] = people.map(({ person }) => person) as [Person, Person, Person]
      await forget()
      for (let time = 0; time < 7; time++) expect((await signUp()).status).toBe(202)
      const refused = await signUp()
      expect([refused.code, Number(refused.headers['retry-after']) > 3000]).toEqual(['rate_limit:exceeded', true])
      // The refusal itself counted once, and the next do not.
      for (let time = 0; time < 3; time++) expect((await signUp()).status).toBe(429)
      expect(await spent()).toBe(8)
      expect(await forgot(one)).toBe(204)
      await expect.poll(spent, { timeout: 15_000 }).toBe(9)
      // Alike, whether there is anybody.
      expect([await forgot(two), await forgot(newPerson())]).toEqual([429, 429])
      expect([await login(two), await login(three)]).toEqual([202, 429])
    })

    test('probes and what was refused for one address use up none [AT2]', async () => {
      await forget()
      const again = newPerson()
      expect((await signUp(again)).status).toBe(202)
      for (let time = 0; time < 4; time++) expect((await signUp(again)).code).toBe('rate_limit:exceeded')
      for (let time = 0; time < 12; time++) expect(await forgot(newPerson())).toBe(204)
      await mailsSettled(strict)
      expect(await spent()).toBe(1)
    })
  })
})

test('a storm of the known keeps neither strangers nor others out: all have their share of the hashes [FT13 AT3]', async () => {
  const cost = { ARGON2_MEMORY_KIB: '19456', ARGON2_TIME_COST: '2', ARGON2_CONCURRENCY: '1' }
  // Only the queue refuses.
  const slow = await startApp({ ...cost, MAIL_DELIVERY: 'queue', RATE_LIMITS: 'off' })
  const accounts = [await signedUp(slow), await signedUp(slow)]
  const { person: owner, client: own } = await signedInOnDevice(slow)
  let isOver = false
  // Each of two accounts has sixty changes of its password on the way: that lane is never empty.
  const storm = accounts.flatMap(({ person, client }) =>
    Array.from({ length: 60 }, async () => {
      const body = { current_password: person.password, new_password: `${person.password} again` }
      while (!isOver) await client.post('/v0/auth/change-password', body, elsewhere())
    }),
  )
  const isFull = () => slow.deps.hasher.state().waiting > 30
  /** However slow the machine is: whoever always goes after others would not get in at all. */
  const getIn = (attempt: () => Promise<{ status: number }>, expected: number) =>
    expect.poll(async () => [(await attempt()).status, isFull()], { timeout: 20_000 }).toEqual([expected, true])
  try {
    await expect.poll(isFull, { timeout: 20_000, interval: 1 }).toBe(true)
    await getIn(() => slow.client().post(loginUrl, owner, elsewhere()), 202)
    await getIn(() => wrongLogin(slow, newPerson()), 401)
    await getIn(() => own.post('/v0/auth/reauthenticate', { password: owner.password }, elsewhere()), 204)
  } finally {
    isOver = true
    await Promise.all(storm)
    await slow.close()
  }
})

test('a storm of strangers keeps nobody out whom the account knows: devices and sessions go first [FT13]', async () => {
  const slow = await startApp({ ARGON2_MEMORY_KIB: '65536', ARGON2_TIME_COST: '3', ARGON2_CONCURRENCY: '1' })
  const { person, client } = await signedInOnDevice(slow)
  // With a hash of yesterday, which a sign-in makes anew if there is room for that.
  const argon2 = await loadReference()
  const oldHash = await argon2.hash(person.password, { memoryKib: 8192, timeCost: 1 })
  await slow.sql('update users set password_hash = $2 where email = $1', [person.email, oldHash])
  const full = Promise.withResolvers<void>()
  let isOver = false
  let guesses = 0
  // Half of them say that they are a device.
  const storm = Array.from({ length: 120 }, async (_, index) => {
    while (!isOver) {
      const guesser = slow.client()
      if (index % 2) guesser.cookies.set('__Host-device_id', makeToken('device').text)
      const { code } = await wrongLogin(slow, newPerson(), guesser)
      guesses++
      if (code === 'rate_limit:exceeded') full.resolve()
    }
  })
  try {
    await full.promise
    const { email, password } = person
    // Now and then there is room for a stranger as well.
    const asStranger = async () => (await slow.client().post(loginUrl, { email, password }, elsewhere())).code
    const [known, proof] = await Promise.all([
      client.post(loginUrl, { email, password }, elsewhere()),
      client.post('/v0/auth/reauthenticate', { password }),
      expect.poll(asStranger, { timeout: 20_000 }).toBe('rate_limit:exceeded'),
    ])
    expect([known.status, proof.status]).toEqual([204, 204])
    // What was refused used nothing up: a password that nobody looked at is no try. At the door not even its network is counted.
    const count = async (table: string, keys: string) =>
      (await slow.sql<{ n: number }>(`select count(*)::int as n from ${table} where key like $1`, [keys]))[0]?.n
    expect(await count('failed_attempts', 'address:%')).toBeLessThan(guesses)
    expect(await count('rate_counters', 'sign-in:198.18.%')).toBeLessThan(guesses)
    const digestOf = ({ email }: Person) => addressDigest(slow.deps.keyring, emailKey(email))
    const mails = (person: Person) => count('rate_counters', `mail:verify_email:${digestOf(person)}`)
    expect(await mails(person)).toBe(1)
    // Now and then there is room for one more.
    const signUpRefused = async () => {
      const newcomer = newPerson()
      const { code } = await slow.client().post('/v0/auth/signup', newcomer, elsewhere())
      return [code, await mails(newcomer)]
    }
    await expect.poll(signUpRefused, { timeout: 20_000 }).toEqual(['rate_limit:exceeded', 0])
  } finally {
    isOver = true
    await Promise.all(storm)
    await slow.close()
  }
})
