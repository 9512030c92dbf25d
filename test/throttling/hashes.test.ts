import type { FastifyRequest } from 'fastify'
import { beforeEach, describe, expect, test } from 'vitest'
import { hashingCallerOf } from '../../src/http/caller.ts'
import { HashTicket } from '../../src/throttling/hash-ticket.ts'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const app = useApp({ RATE_LIMITS: 'on' })
// What each needs to begin with is not what it counts.
beforeEach(() => forget())

const forget = async () => {
  await app.sql("delete from rate_counters where key like 'hashes:%'")
  await app.sql('delete from failed_attempts')
}
const endBlocks = () => app.sql('update failed_attempts set blocked_until = null')

/** Every request from a network of its own, so that only what counts for an account can refuse. */
let networks = 0
const elsewhere = () => ({ remoteAddress: `198.19.${networks >> 8}.${networks++ & 255}` })

const login = ({ email, password }: Pick<Person, 'email' | 'password'>, client = app.client()) =>
  client.post('/v0/auth/login', { email, password }, elsewhere())
const proof = (client: TestClient, { password }: Person) =>
  client.post('/v0/auth/reauthenticate', { password }, elsewhere())
const change = (client: TestClient, current_password: string, new_password: string) =>
  client.post('/v0/auth/change-password', { current_password, new_password }, elsewhere())

function expectRefused({ status, code, headers }: Answer): void {
  expect([status, code]).toEqual([429, 'rate_limit:exceeded'])
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
}

describe('ten passwords of an account are hashed in a minute [AT3]', () => {
  test('right ones count as well, whatever they are to prove; others of the account go on', async () => {
    const { person, client } = await signedInOnDevice(app)
    const other = app.client()
    expect((await login(person, other)).status).toBe(202)
    const link = await mailedToken(app, person.email, 3)
    expect((await other.post('/v0/auth/device/verify', { token: link })).status).toBe(204)
    await forget()
    for (let time = 0; time < 9; time++) expect((await proof(client, person)).status).toBe(204)
    expect((await login(person, client)).status).toBe(204)

    const { password } = person
    const next = 'a wholly new passphrase'
    for (const answer of [
      await proof(client, person),
      await login(person, client),
      await change(client, password, next),
      await client.post('/v0/auth/change-email', { password, new_email: newPerson().email }, elsewhere()),
      await client.send('DELETE', '/v0/user/me', { body: { password }, ...elsewhere() }),
    ])
      expectRefused(answer)
    // Neither another device nor whoever comes from an unknown one waits for it.
    expect((await login(person, other)).status).toBe(204)
    expect((await login(person)).status).toBe(202)
  })

  test('a change of password costs two', async () => {
    const { person, client } = await signedInOnDevice(app)
    await forget()
    const passwords = [person.password, ...Array.from({ length: 6 }, (_, index) => `passphrase number ${index}`)]
    const answers = []
    for (const [index, wish] of passwords.slice(1).entries())
      answers.push(await change(client, passwords[index] ?? '', wish))
    expect(answers.slice(0, 5).map(({ status }) => status)).toEqual(Array(5).fill(204))
    expectRefused(answers[5] as Answer)
  })

  test('a wrong current password costs one', async () => {
    const { person, client } = await signedInOnDevice(app)
    await forget()
    for (let time = 0; time < 10; time++) {
      expect((await change(client, 'not the password', 'a wholly new passphrase')).code).toBe('user:invalid_password')
      await endBlocks()
    }
    expectRefused(await proof(client, person))
  })

  test('of 40 at once ten', async () => {
    const { person, client } = await signedInOnDevice(app)
    await forget()
    const answers = await Promise.all(Array.from({ length: 40 }, () => proof(client, person)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
  })

  test('a first password', async () => {
    const { person, client } = await signedUp(app)
    await forget()
    const set = async () => {
      await app.sql('update users set password_hash = null where email = $1', [person.email])
      return client.post('/v0/auth/set-initial-password', { new_password: 'a wholly new passphrase' }, elsewhere())
    }
    for (let time = 0; time < 10; time++) expect((await set()).status).toBe(204)
    expectRefused(await set())
  })

  test('alike for an address without an account and one that only waits; a known device goes on [TH4 TH5]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const waiting = newPerson()
    expect((await app.client().post('/v0/auth/signup', waiting, elsewhere())).status).toBe(202)
    await forget()
    const guess = ({ email }: Person) => login({ email, password: 'not the password' })
    for (const someone of [person, newPerson(), waiting]) {
      for (let time = 0; time < 10; time++) {
        expect((await guess(someone)).code).toBe('auth:invalid_credentials')
        await endBlocks()
      }
      expectRefused(await guess(someone))
    }
    expect((await login(person, client)).status).toBe(204)
  })

  test("a reset link has a count of its own: neither others' guesses nor a refusal use it up", async () => {
    const { person } = await signedUp(app)
    await app.client().post('/v0/auth/forgot-password', { email: person.email }, elsewhere())
    const token = await mailedToken(app, person.email, 2)
    for (let time = 0; time < 11; time++) {
      await login({ email: person.email, password: 'not the password' })
      await endBlocks()
    }
    const reset = (new_password: string) =>
      app.client().post('/v0/auth/reset-password', { token, new_password }, elsewhere())
    for (let time = 0; time < 10; time++) expect((await reset(person.email)).code).toBe('general:validation_error')
    expectRefused(await reset('a wholly new passphrase'))
    await forget()
    expect((await reset('a wholly new passphrase')).status).toBe(204)
  })
})

test('nothing is hashed beyond what was counted: only a route with such a limit has clients for it, and a ticket is good once [AT3]', () => {
  // What is read of a request, and no more: no route of ours makes the mistake, so none can be asked.
  const request = (limit?: string) =>
    ({
      method: 'POST',
      headers: {},
      clientAddress: '192.0.2.1',
      routeOptions: { url: '/v0/new', config: { limit } },
    }) as unknown as FastifyRequest
  for (const limit of [undefined, 'default', 'none', 'look-up'])
    expect(() => hashingCallerOf(request(limit))).toThrow('/v0/new hashes passwords')
  expect(() => HashTicket.ofSignUp(hashingCallerOf(request('sign-in')), {})).toThrow('an account to be counted')
  const ticket = HashTicket.ofSignUp(hashingCallerOf(request('sign-up')), {})
  expect(ticket.spend()).toMatchObject({ party: '192.0.2.1' })
  expect(() => ticket.spend()).toThrow('once more')
})
