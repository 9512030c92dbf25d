import { expect, test } from 'vitest'
import { type Client, createClient } from '../../src/client/client.ts'
import {
  type Authenticator,
  finishWithPasskeyInApp,
  passkeyCapabilities,
  registerPasskey,
  signInWithPasskey,
  signInWithPasskeyInApp,
} from '../../src/client/passkeys.ts'
import { useApp } from '../support/app.ts'
import { mailedToken, type Person, signUp } from '../support/people.ts'
import { SoftPasskey, type Twist } from '../support/soft-authenticator.ts'
import { codeOf } from '../totp/support.ts'

// In an app: tokens, and a library of its own that speaks JSON. Browsers are in test/browser/passkeys.test.ts.

const app = useApp()

type Asked = Parameters<Authenticator['get']>[1]['mediation']

/** What an app's library does with the passkey, and how it was asked. */
function library(passkey: SoftPasskey, twist: Twist = {}) {
  const asked: Asked[] = []
  const authenticator: Authenticator = {
    create: async (public_key, { mediation }) => {
      asked.push(mediation)
      return passkey.create({ public_key }, twist)
    },
    get: async (public_key, { mediation }) => {
      asked.push(mediation)
      return passkey.get({ public_key }, twist)
    },
  }
  return { authenticator, asked }
}

async function signedUpInApp(): Promise<{ auth: Client; person: Person }> {
  const person = await signUp(app)
  const auth = createClient({ baseUrl: app.origin, mode: 'bearer' })
  await auth.verifyEmailInApp({ body: { token: await mailedToken(app, person.email) } })
  return { auth, person }
}

const who = async (auth: Client) => (await auth.getMe()).data?.email

test('registered and signed in with, by tokens', async () => {
  const { auth, person } = await signedUpInApp()
  const { authenticator, asked } = library(new SoftPasskey())
  const made = await registerPasskey(auth, { authenticator, name: 'Telephone' })
  expect([made.data?.name, made.error]).toEqual(['Telephone', undefined])
  await auth.signOut()
  expect(await who(auth)).toBeUndefined()
  const { data, error } = await signInWithPasskeyInApp(auth, { authenticator, remember_me: true })
  expect([data, error]).toEqual([{ token: expect.stringMatching(/^pst_/) }, undefined])
  expect(await who(auth)).toBe(person.email)
  expect(asked).toEqual([undefined, undefined])
})

test('the second step, by tokens', async () => {
  const { auth, person } = await signedUpInApp()
  const { authenticator } = library(new SoftPasskey())
  await registerPasskey(auth, { authenticator })
  const { data: setUp } = await auth.setUpTotp()
  await auth.enableTotp({ body: { code: await codeOf(app, setUp?.secret ?? '') } })
  await auth.signOut()
  const { data } = await auth.signInInApp({ body: { email: person.email, password: person.password } })
  if (!data || !('temp_token' in data)) throw new Error('no second step')
  const { error } = await finishWithPasskeyInApp(auth, { authenticator, temp_token: data.temp_token })
  expect([error, await who(auth)]).toEqual([undefined, person.email])
})

test('made beside a sign-in with a password, with nobody asked: it signs in where its user is verified', async () => {
  const { auth, person } = await signedUpInApp()
  const passkey = new SoftPasskey()
  const silent = library(passkey, { flags: { up: false, uv: false } })
  const made = await registerPasskey(auth, { ...silent, mediation: 'conditional' })
  expect([made.error, silent.asked]).toEqual([undefined, ['conditional']])
  await auth.signOut()
  const signIn = async ({ authenticator }: typeof silent) =>
    (await signInWithPasskeyInApp(auth, { authenticator, mediation: 'conditional' })).error?.code
  expect([await signIn(silent), await signIn(library(passkey))]).toEqual(['passkey:invalid_assertion', undefined])
  expect(await who(auth)).toBe(person.email)
})

test('what the library has against it is what a browser would have', async () => {
  const { auth } = await signedUpInApp()
  const { authenticator } = library(new SoftPasskey())
  const failing = (name: string) => () => Promise.reject(Object.assign(new Error('no'), { name }))
  const codeOfGet = async (get: Authenticator['get']) =>
    (await signInWithPasskeyInApp(auth, { authenticator: { ...authenticator, get } })).error?.code
  expect(await codeOfGet(async () => null)).toBe('browser:closed')
  expect(await codeOfGet(failing('NotAllowedError'))).toBe('browser:closed')
  expect(await codeOfGet(failing('AbortError'))).toBe('client:aborted')
  expect(await codeOfGet(failing('ConstraintError'))).toBe('browser:unsupported')
  expect(await codeOfGet(failing('Error'))).toBe('browser:failed')
  const create = failing('InvalidStateError')
  expect((await registerPasskey(auth, { authenticator: { ...authenticator, create } })).error?.code).toBe(
    'browser:already_registered',
  )
})

test('a library that gives up autofill by itself is not asked again', async () => {
  const { auth } = await signedUpInApp()
  const { authenticator } = library(new SoftPasskey())
  let asked = 0
  const get: Authenticator['get'] = () => {
    asked++
    throw Object.assign(new Error('no'), { name: 'AbortError' })
  }
  const options = { authenticator: { ...authenticator, get }, mediation: 'conditional' } as const
  const { error } = await signInWithPasskeyInApp(auth, options)
  expect([error?.code, asked]).toEqual(['client:aborted', 1])
})

test('the next dialog ends the one before, but not what was sent already', async () => {
  const { auth } = await signedUpInApp()
  const { authenticator } = library(new SoftPasskey())
  await registerPasskey(auth, { authenticator })
  await auth.signOut()
  const first = Promise.withResolvers<void>()
  const waiting: Authenticator = {
    ...authenticator,
    get: (_, { signal }) => {
      first.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  const ended = signInWithPasskeyInApp(auth, { authenticator: waiting })
  await first.promise
  const [sent, other] = await Promise.all([
    signInWithPasskeyInApp(auth, { authenticator }),
    ended.then(({ error }) => error?.code),
  ])
  expect([sent.error, other]).toEqual([undefined, 'client:aborted'])
})

test('where there is no browser and no library, nothing is asked for', async () => {
  const auth = createClient({ baseUrl: 'http://127.0.0.1:1' })
  const answers = [await signInWithPasskey(auth), await registerPasskey(auth)]
  expect(answers.map(({ error }) => error?.code)).toEqual(['browser:unsupported', 'browser:unsupported'])
  expect(await passkeyCapabilities()).toMatchObject({ passkeys: false, autofill: false, upgrade: false })
})
