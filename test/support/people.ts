import pg from 'pg'
import { vi } from 'vitest'
import { wireName } from '../../src/http/cookies.ts'
import type { TestApp } from './app.ts'
import type { TestClient } from './client.ts'
import { expectOwnMails } from './one-server.ts'
import { confirmDeviceWithin, loginWithin, signUpWithin, verifyWithin } from './within.ts'

export type Person = {
  readonly email: string
  readonly handle: string
  readonly display_name: string
  readonly password: string
}

let count = 0

/** Few, as each is hashed once a process: enough that nobody has the password of another one of the same test. */
const passwords = 10

/** Somebody whom the database does not know yet. */
export function newPerson(wished: Partial<Person> = {}): Person {
  const number = ++count
  return {
    email: `person${number}.${process.pid}@example.com`,
    handle: `person_${number}`,
    display_name: `Person ${number}`,
    password: `correct horse battery ${number % passwords}`,
    ...wished,
  }
}

type Mail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The mails that reached the address over SMTP, newest first, once there are at least `atLeast`. */
export async function mailsTo(app: TestApp, address: string, atLeast = 1): Promise<readonly Mail[]> {
  expectOwnMails(app)
  return vi.waitFor(
    () => {
      const found = app.deps.inbox?.search(address) ?? []
      if (found.length < atLeast) throw new Error(`${found.length} of ${atLeast} mails to ${address} arrived`)
      return found
    },
    { timeout: 15_000, interval: 20 },
  )
}

/** The token of the newest link that was mailed to the address; a notice without one may come before or after it. */
export async function mailedToken(app: TestApp, address: string, atLeast = 1): Promise<string> {
  const mails = await mailsTo(app, address, atLeast)
  const [token] = mails.flatMap(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? [])
  if (token === undefined) throw new Error(`no mail to ${address} holds a link`)
  return token
}

export async function signUp(app: TestApp, person: Person = newPerson()): Promise<Person> {
  const answer = await app.client().post('/v0/auth/signup', person)
  if (answer.status !== 202) throw new Error(`sign-up answered ${answer.status} ${answer.code}`)
  return person
}

/** An account, signed in by its verification link, that knows no device: the client holds the session cookie alone. */
export async function signedUp(
  app: TestApp,
  wished: Partial<Person> = {},
): Promise<{ person: Person; client: TestClient }> {
  const person = newPerson(wished)
  await signUpWithin(app, person)
  const client = app.client()
  const token = await verifyWithin(app, await mailedToken(app, person.email))
  client.cookies.set(wireName(app.config, 'session_id'), token)
  await forgetDevices(app, client, person.email)
  return { person, client }
}

/** The same over HTTP and SMTP, for tests of what these two do on the way. */
export async function signedUpByMail(
  app: TestApp,
  wished: Partial<Person> = {},
): Promise<{ person: Person; client: TestClient }> {
  const person = await signUp(app, newPerson(wished))
  const client = app.client()
  const answer = await client.post('/v0/auth/verify-email', { token: await mailedToken(app, person.email) })
  if (answer.status !== 204) throw new Error(`verification answered ${answer.status} ${answer.code}`)
  await forgetDevices(app, client, person.email)
  return { person, client }
}

const forgetStatement = `
  with them as (select id from users where email = $1),
    loose as (update sessions set device_id = null from them where user_id = them.id),
    unknown as (delete from devices using them where user_id = them.id)
  delete from security_events using them where user_id = them.id and type = 'device_added'`

/** As if the account had never known the client as a device. */
export async function forgetDevices(app: TestApp, { cookies }: TestClient, email: string): Promise<void> {
  for (const name of ['device_id', '__Host-device_id']) cookies.delete(name)
  const { databaseMigrationUrl } = app.config
  // Past what forgets remembered sessions: nothing of theirs is looked at.
  if (databaseMigrationUrl === undefined) return void (await app.deps.pool.query(forgetStatement, [email]))
  const owner = new pg.Client({ connectionString: databaseMigrationUrl })
  await owner.connect()
  await owner.query(forgetStatement, [email])
  await owner.end()
}

/** The same, and the client is a known device. */
export async function signedInOnDevice(app: TestApp, wished: Partial<Person> = {}) {
  const { person } = await signedUp(app, wished)
  const client = app.client()
  await loginWithin(app, person)
  const opened = await confirmDeviceWithin(app, await mailedToken(app, person.email, 2))
  client.cookies.set(wireName(app.config, 'session_id'), opened.token)
  client.cookies.set(wireName(app.config, 'device_id'), opened.deviceToken ?? '')
  return { person, client }
}

/** The same over HTTP and SMTP. */
export async function signedInOnDeviceByMail(app: TestApp, wished: Partial<Person> = {}) {
  const { person } = await signedUpByMail(app, wished)
  const client = app.client()
  await client.post('/v0/auth/login', { email: person.email, password: person.password })
  const answer = await client.post('/v0/auth/device/verify', { token: await mailedToken(app, person.email, 2) })
  if (answer.status !== 204) throw new Error(`the device link answered ${answer.status} ${answer.code}`)
  return { person, client }
}
