import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { mailedToken, newPerson, type Person, signUp } from '../support/people.ts'
import { ageSessions, codeOf } from '../totp/support.ts'
import { page } from './passkey-page.ts'
import { useExample } from './support.ts'
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts'

// `postern/client/passkeys` in a browser with a virtual authenticator, against the real server.

const { app, open } = useExample()
let script: string
let tab: Page
let device: VirtualAuthenticator
/** What was posted, oldest first. */
let posted: string[]

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'passkey-page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  })
  script = outputFiles[0]?.text ?? ''
})

beforeEach(async () => {
  posted = []
  tab = await open()
  tab.on('request', (request) => void (request.method() === 'POST' && posted.push(new URL(request.url()).pathname)))
  await tab.route('**/passkeys.js', (route) => route.fulfill({ body: script, contentType: 'text/javascript' }))
  await tab.route('**/passkeys', (route) =>
    route.request().resourceType() === 'document'
      ? route.fulfill({ body: page, contentType: 'text/html' })
      : route.fallback(),
  )
  await visit()
  device = await addAuthenticator(tab)
})

// Its autofill would go on asking.
afterEach(() => tab.context().close())

async function visit(origin = app.origin): Promise<void> {
  await tab.goto(`${origin}/passkeys`)
  await tab.waitForFunction('"passkit" in globalThis')
}

/** The page is signed in to an account of its own. */
async function signIn(): Promise<Person> {
  const person = await signUp(app, newPerson())
  const token = await mailedToken(app, person.email)
  await tab.evaluate((token) => passkit.auth.verifyEmail({ body: { token } }), token)
  return person
}

const signOut = () => tab.evaluate(() => passkit.auth.signOut())

/** And has a passkey there. */
async function withPasskey(): Promise<Person> {
  const person = await signIn()
  const code = await tab.evaluate(async () => (await passkit.registerPasskey(passkit.auth)).error?.code)
  expect(code).toBeUndefined()
  return person
}

/** Signed out. */
async function awayWithPasskey(): Promise<Person> {
  const person = await withPasskey()
  await signOut()
  return person
}

const who = () => tab.evaluate(async () => (await passkit.auth.getSession()).data?.session?.user.email)
const list = () => tab.evaluate(async () => (await passkit.listPasskeys(passkit.auth)).data?.passkeys ?? [])
const byButton = () => tab.evaluate(async () => (await passkit.signInWithPasskey(passkit.auth)).error?.code)
const asked = () => posted.filter((path) => path === '/v0/auth/passkeys/sign-in/options').length

describe('registration', () => {
  test('a passkey that is found by itself, with its name', async () => {
    await signIn()
    const answer = await tab.evaluate(() => passkit.registerPasskey(passkit.auth, { name: 'Laptop' }))
    expect(answer.data).toMatchObject({ name: 'Laptop', backed_up: true, transports: ['internal'] })
    expect(await device.credentialIds()).toEqual([answer.data?.credential_id])
    expect(await list()).toMatchObject([{ name: 'Laptop', is_current: false }])
  })

  test('one is here already: that is no complaint', async () => {
    await withPasskey()
    const error = await tab.evaluate(async () => (await passkit.registerPasskey(passkit.auth)).error)
    expect(error).toEqual({ from: 'browser', code: 'browser:already_registered' })
  })

  test('one that the server refuses is taken back from the authenticator [PK13]', async () => {
    await signIn()
    const code = await tab.evaluate(async () => {
      const auth = passkit.createTestingClient({ baseUrl: location.origin })
      auth.force('addPasskey', 'passkey:limit_reached')
      return (await passkit.registerPasskey(auth)).error?.code
    })
    expect([code, await device.credentialIds()]).toEqual(['passkey:limit_reached', []])
  })

  test.each(['passkey:invalid_challenge', 'system:transaction_error'] as const)(
    'one that the server has, whatever it answered, stays: %s [PK13]',
    async (refusal) => {
      await signIn()
      const code = await tab.evaluate(async (refusal) => {
        const auth = passkit.createTestingClient({ baseUrl: location.origin })
        auth.force('addPasskey', refusal, { phase: 'after' })
        return (await passkit.registerPasskey(auth)).error?.code
      }, refusal)
      expect([code, await list()]).toMatchObject([refusal, [{ name: 'Passkey' }]])
      expect(await device.credentialIds()).toHaveLength(1)
    },
  )

  test('a list that is read while one is being saved makes no authenticator forget it [PK13]', async () => {
    await signIn()
    const held = Promise.withResolvers<void>()
    await tab.route('**/v0/auth/passkeys', async (route) => {
      if (route.request().method() === 'POST') await held.promise
      await route.continue()
    })
    await tab.evaluate(() => {
      Object.assign(globalThis, { made: passkit.registerPasskey(passkit.auth).then(({ error }) => error?.code) })
    })
    await vi.waitUntil(() => posted.includes('/v0/auth/passkeys'))
    expect(await list()).toEqual([])
    held.resolve()
    expect([await tab.evaluate('made'), await device.credentialIds()]).toMatchObject([undefined, [{}]])
    expect(await list()).toHaveLength(1)
  })

  test('beside a sign-in with a password: no dialog, and it ends with its page', async () => {
    await signIn()
    const code = await tab.evaluate(async () => {
      const leaving = new AbortController()
      const made = passkit.registerPasskey(passkit.auth, { mediation: 'conditional', signal: leaving.signal })
      setTimeout(() => leaving.abort(), 200)
      return (await made).error?.code
    })
    expect([code, await device.credentialIds()]).toEqual(['client:aborted', []])
    const { length } = await list()
    expect(length).toBe(0)
  })
})

describe('sign-in', () => {
  test('by a button, without an address', async () => {
    const { email } = await awayWithPasskey()
    expect([await byButton(), await who()]).toEqual([undefined, email])
    expect(await list()).toMatchObject([{ is_current: true }])
  })

  test('by autofill, as soon as the form shows; a checkbox is read when it is sent', async () => {
    const { email } = await awayWithPasskey()
    const error = await tab.evaluate(async () => {
      const options = { mediation: 'conditional', remember_me: () => true } as const
      return (await passkit.signInWithPasskey(passkit.auth, options)).error
    })
    expect([error, await who()]).toEqual([undefined, email])
    const [cookie] = (await tab.context().cookies()).filter(({ name }) => name.endsWith('session_id'))
    expect(cookie?.expires).toBeGreaterThan(Date.now() / 1000)
  })

  const beginAutofill = () =>
    tab.evaluate(() => {
      const leaving = new AbortController()
      const options = { mediation: 'conditional', signal: leaving.signal } as const
      const answer = passkit.signInWithPasskey(passkit.auth, options).then(({ error }) => error?.code ?? 'signed in')
      Object.assign(globalThis, { leaving, answer })
    })
  /** Challenges seem to be over after two seconds; those of some turns are refused. */
  async function hurry(refusals: Readonly<Record<number, string>> = {}): Promise<void> {
    let turn = 0
    await tab.route('**/sign-in/options', async (route) => {
      const refusal = refusals[++turn]
      const force = refusal === undefined ? {} : { 'x-postern-force': refusal }
      const response = await route.fetch({ headers: { ...route.request().headers(), ...force } })
      const { public_key, ...rest } = await response.json()
      const json = public_key ? { ...rest, public_key: { ...public_key, timeout: 2000 } } : rest
      await route.fulfill({ response, json })
    })
  }
  const answerOfAutofill = () => tab.evaluate<string>('answer')

  test('autofill asks for another challenge before the one it has is over, and takes what comes then', async () => {
    const { email } = await awayWithPasskey()
    await hurry()
    await device.setPresent(false)
    await beginAutofill()
    await vi.waitUntil(() => asked() === 3, { timeout: 10_000 })
    await device.setPresent(true)
    expect([await answerOfAutofill(), await who()]).toEqual(['signed in', email])
  })

  test('autofill gives way to the button, goes on when its dialog is closed, and ends with its page', async () => {
    await awayWithPasskey()
    await device.setPresent(false)
    await beginAutofill()
    await vi.waitUntil(() => asked() === 1)
    const dialog = await tab.evaluate(async () => {
      const signal = AbortSignal.timeout(300)
      return (await passkit.signInWithPasskey(passkit.auth, { signal })).error?.code
    })
    expect(dialog).toBe('client:aborted')
    await vi.waitUntil(() => asked() === 3)
    await tab.evaluate('leaving.abort()')
    expect([await answerOfAutofill(), await who()]).toEqual(['client:aborted', undefined])
  })

  test('the autofill of a component that was mounted twice is one', async () => {
    await awayWithPasskey()
    await device.setPresent(false)
    const first = await tab.evaluate(async () => {
      const begin = () => passkit.signInWithPasskey(passkit.auth, { mediation: 'conditional' })
      const first = begin()
      void begin()
      return (await first).error?.code
    })
    expect(first).toBe('client:aborted')
  })

  test('nothing is asked for while nobody sees the page', async () => {
    const { email } = await awayWithPasskey()
    const show = (state: string) =>
      tab.evaluate((state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, state)
    await show('hidden')
    await beginAutofill()
    await tab.evaluate(() => passkit.auth.getSession())
    expect(asked()).toBe(0)
    await show('visible')
    expect([await answerOfAutofill(), await who()]).toEqual(['signed in', email])
  })

  test('a refusal to begin is told; one to go on is waited out', async () => {
    const { email } = await awayWithPasskey()
    await hurry({ 1: 'system:internal_error', 3: 'rate_limit:exceeded;retry-after=1' })
    await device.setPresent(false)
    await beginAutofill()
    expect(await answerOfAutofill()).toBe('system:internal_error')
    await beginAutofill()
    await vi.waitUntil(() => asked() === 4, { timeout: 10_000 })
    await device.setPresent(true)
    expect([await answerOfAutofill(), await who()]).toEqual(['signed in', email])
  })

  test('closed, or nobody here who has one: nothing to complain about, and nothing was sent', async () => {
    await awayWithPasskey()
    await device.setVerified(false)
    const error = await tab.evaluate(async () => (await passkit.signInWithPasskey(passkit.auth)).error)
    expect(error).toEqual({ from: 'browser', code: 'browser:closed' })
    expect(posted).not.toContain('/v0/auth/passkeys/sign-in')
  })

  test('a page of another place than the relying party: our side, with its cause', async () => {
    await visit(app.origin.replace('localhost', '127.0.0.1'))
    const seen = await tab.evaluate(async () => {
      const { error } = await passkit.signInWithPasskey(passkit.auth)
      const cause = error?.code === 'browser:failed' ? String(error.cause) : ''
      return { code: error?.code, cause, isOurs: error && passkit.isOurSide(error) }
    })
    expect(seen).toMatchObject({
      code: 'browser:failed',
      cause: expect.stringContaining('SecurityError'),
      isOurs: true,
    })
  })
})

describe('signals', () => {
  test('passkey:unknown_credential: the authenticator forgets it [PK13]', async () => {
    const person = await awayWithPasskey()
    await app.sql('update passkeys set deleted_at = now() from users where user_id = users.id and email = $1', [
      person.email,
    ])
    expect(await device.credentialIds()).toHaveLength(1)
    expect([await byButton(), await device.credentialIds()]).toEqual(['passkey:unknown_credential', []])
  })

  test.each([{ isBogusSignature: true }, { isBadUV: true }])(
    'passkey:invalid_assertion, by %j: it stays, and signs in once all is well [PK13]',
    async (sign) => {
      const { email } = await awayWithPasskey()
      await device.distort(sign)
      expect([await byButton(), await device.credentialIds()]).toMatchObject(['passkey:invalid_assertion', [{}]])
      await device.distort({ isBogusSignature: false, isBadUV: false })
      expect([await byButton(), await who()]).toEqual([undefined, email])
    },
  )

  test('deleted by its owner: the authenticators here know at once', async () => {
    await withPasskey()
    const [one] = await list()
    const code = await tab.evaluate(
      async (id) => (await passkit.deletePasskey(passkit.auth, { id })).error?.code,
      one?.id ?? '',
    )
    expect([code, await list(), await device.credentialIds()]).toEqual([undefined, [], []])
  })

  test('deleted elsewhere: they know once the list was shown', async () => {
    const { email } = await withPasskey()
    await app.sql('update passkeys set deleted_at = now() from users where user_id = users.id and email = $1', [email])
    expect(await device.credentialIds()).toHaveLength(1)
    expect([await list(), await device.credentialIds()]).toEqual([[], []])
  })

  test('another name of the account is told, and one of the passkey is kept', async () => {
    const { display_name } = await withPasskey()
    expect(await device.names()).toEqual([display_name])
    const [one] = await list()
    await tab.evaluate(async (id) => {
      await passkit.auth.changeMe({ body: { display_name: 'Grace Hopper' } })
      await passkit.signalPasskeyDetails(passkit.auth)
      await passkit.auth.renamePasskey({ params: { path: { id } }, body: { name: 'Telephone' } })
    }, one?.id ?? '')
    expect([await device.names(), await list()]).toMatchObject([['Grace Hopper'], [{ name: 'Telephone' }]])
  })
})

test('the second step: a passkey in place of a code', async () => {
  const person = await withPasskey()
  const secret = await tab.evaluate(async () => (await passkit.auth.setUpTotp()).data?.secret ?? '')
  const code = await codeOf(app, secret)
  await tab.evaluate((code) => passkit.auth.enableTotp({ body: { code } }), code)
  await signOut()
  const answer = await tab.evaluate(async ({ email, password }) => {
    const { data } = await passkit.auth.signIn({ body: { email, password } })
    if (!data || !('temp_token' in data)) return { methods: undefined, code: 'no second step' }
    const { temp_token, methods } = data
    return { methods, code: (await passkit.finishWithPasskey(passkit.auth, { temp_token })).error?.code }
  }, person)
  expect(answer).toEqual({ methods: ['totp', 'backup_code', 'passkey'], code: undefined })
  expect(await who()).toBe(person.email)
})

describe('who is there', () => {
  test('a session is fresh again', async () => {
    const person = await withPasskey()
    await ageSessions(app, person)
    const codes = await tab.evaluate(async () => {
      const stale = await passkit.auth.exportMe()
      const proven = await passkit.reauthenticateWithPasskey(passkit.auth)
      return [stale, proven, await passkit.auth.exportMe()].map(({ error }) => error?.code)
    })
    expect(codes).toEqual(['user:reauthentication_required', undefined, undefined])
  })

  test('the address is changed, and the account deleted, by a passkey', async () => {
    await withPasskey()
    const codes = await tab.evaluate(async (new_email) => {
      const { auth, withPasskey } = passkit
      const changed = await withPasskey(auth, (credential, init) =>
        auth.changeEmail({ ...init, body: { credential, new_email } }),
      )
      const deleted = await withPasskey(auth, (credential, init) => auth.deleteMe({ ...init, body: { credential } }))
      return [changed, deleted].map(({ error }) => error?.code)
    }, newPerson().email)
    expect([codes, await who()]).toEqual([[undefined, undefined], undefined])
  })
})

describe('browsers', () => {
  test('one that knows no JSON, no signals and none of its own capabilities signs in all the same', async () => {
    await tab.addInitScript(() => {
      // Its type does not let any member go.
      const all = globalThis.PublicKeyCredential as unknown as Record<string, unknown>
      for (const name of Object.getOwnPropertyNames(all).filter((one) => /JSON|^signal|Capabilities/.test(one))) {
        delete all[name]
      }
      PublicKeyCredential.prototype.toJSON = () => {
        throw new TypeError('Illegal invocation')
      }
    })
    await visit()
    const { email } = await awayWithPasskey()
    expect([await byButton(), await who()]).toEqual([undefined, email])
    await signOut()
    const capabilities = await tab.evaluate(() => passkit.passkeyCapabilities())
    expect(capabilities).toEqual({
      passkeys: true,
      thisDevice: true,
      otherDevice: false,
      autofill: true,
      upgrade: false,
    })
    const code = await tab.evaluate(async () => {
      const { error } = await passkit.signInWithPasskey(passkit.auth, { mediation: 'conditional' })
      return error?.code
    })
    expect([code, await who()]).toEqual([undefined, email])
  })

  test('one without passkeys says so, and asks for nothing', async () => {
    await tab.addInitScript(() => {
      Reflect.deleteProperty(globalThis, 'PublicKeyCredential')
    })
    await visit()
    const { codes, capabilities } = await tab.evaluate(async () => {
      const { auth } = passkit
      const answers = await Promise.all([
        passkit.signInWithPasskey(auth),
        passkit.signInWithPasskey(auth, { mediation: 'conditional' }),
        passkit.registerPasskey(auth),
        passkit.registerPasskey(auth, { mediation: 'conditional' }),
        passkit.finishWithPasskey(auth, { temp_token: 'x' }),
        passkit.reauthenticateWithPasskey(auth),
      ])
      return { codes: answers.map(({ error }) => error?.code), capabilities: await passkit.passkeyCapabilities() }
    })
    expect(codes).toEqual(Array(6).fill('browser:unsupported'))
    expect(Object.values(capabilities)).toEqual(Array(5).fill(false))
    expect(posted).toEqual([])
  })

  test('this one can all of it', async () => {
    expect(await tab.evaluate(() => passkit.passkeyCapabilities())).toEqual({
      passkeys: true,
      thisDevice: true,
      otherDevice: false,
      autofill: true,
      upgrade: true,
    })
  })
})
