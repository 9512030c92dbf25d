import { afterAll, beforeAll, expect, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, type Person, signedUp } from '../support/people.ts'
import { SoftPasskey, type Twist } from '../support/soft-authenticator.ts'

export const registration = '/v0/auth/passkeys/registration/options'
export const passkeys = '/v0/auth/passkeys'

/** What a passkey of the account is made from. */
export async function offered(client: TestClient, wish: object = {}) {
  const answer = await client.post(registration, wish)
  expect([answer.status, answer.code]).toEqual([200, undefined])
  return answer.body
}

export async function register(client: TestClient, passkey = new SoftPasskey(), name = 'Laptop') {
  const answer = await client.post(passkeys, { credential: passkey.create(await offered(client)), name })
  expect([answer.status, answer.code]).toEqual([201, undefined])
  return { passkey, id: String(answer.body.id), answer }
}

/** A second server of the same accounts, whose challenges are over after a second. */
export function useHasty(app: TestApp): TestApp {
  const hasty = {} as TestApp
  beforeAll(async () => {
    const { databaseUrl, keysDir } = app.config
    const same = { DATABASE_URL: databaseUrl, KEYS_DIR: keysDir }
    // A worker of its own would take the mails of the other.
    const elsewhere = {
      SMTP_URL: 'smtp://127.0.0.1:1',
      WORKER_URL: 'http://127.0.0.1:1',
      WORKER_SECRET: 'w'.repeat(40),
    }
    Object.assign(hasty, await startApp({ ...same, ...elsewhere, PASSKEY_CHALLENGE_TTL_SECONDS: '1' }))
  })
  afterAll(() => hasty.close())
  return hasty
}

/** The same browser, at another server. */
export function browserAt(app: TestApp, { cookies }: TestClient): TestClient {
  const client = app.client()
  for (const [name, value] of cookies) client.cookies.set(name, value)
  return client
}

export const untilOver = ({ expires_at }: Readonly<Record<string, unknown>>) =>
  vi.waitUntil(() => Date.now() > Date.parse(String(expires_at)) + 100, { timeout: 5000 })

export type PasskeyPerson = {
  readonly person: Person
  readonly client: TestClient
  readonly passkey: SoftPasskey
  readonly id: string
}

/** Somebody signed in who has one passkey, and was told of it. */
export async function withPasskey(app: TestApp, passkey = new SoftPasskey()): Promise<PasskeyPerson> {
  const { person, client } = await signedUp(app)
  const { id } = await register(client, passkey)
  await mailsTo(app, person.email, 2)
  return { person, client, passkey, id }
}

export const signIn = '/v0/auth/passkeys/sign-in'
export const appSignIn = '/v0/app/auth/passkeys/sign-in'

/** What any passkey of this place is asked with. */
export async function asked(client: TestClient, url = signIn) {
  const answer = await client.post(`${url}/options`)
  expect([answer.status, answer.code]).toEqual([200, undefined])
  return answer.body
}

/** Asks and answers, as a browser does. */
export const signInWith = async (client: TestClient, passkey: SoftPasskey, twist: Twist = {}, more: object = {}) =>
  client.post(signIn, { credential: passkey.get(await asked(client), twist), ...more })

/** Does not leave its device, and counts. */
export const bound = (counter = 1) => new SoftPasskey({ flags: { be: false, bs: false }, counter })

export const reauthentication = '/v0/auth/passkeys/reauthentication/options'

/** What the passkeys of the account are asked with that is signed in. */
export async function askedAgain(client: TestClient) {
  const answer = await client.post(reauthentication)
  expect([answer.status, answer.code]).toEqual([200, undefined])
  return answer.body
}

export const withoutPassword = (app: TestApp, { email }: Person) =>
  app.sql('update users set password_hash = null where email = $1', [email])
