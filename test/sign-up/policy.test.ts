import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser } from '../../src/operator/create-user.ts'
import { helpUser } from '../../src/operator/help-user.ts'
import { mailedCode } from '../mailed-codes/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type Answer, seen, type TestClient } from '../support/client.ts'
import { mailsSettled } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'
import { arrive, newcomer, startProviders } from '../support/provider.ts'

/** One database, and servers of other policies: what began while sign-up was open goes on at another one. */
const { provider, env: providers, stop } = await startProviders()
const env = { ...providers, EMAIL_SIGN_UP: 'on' }
let open: TestApp
let closed: TestApp
let invite: TestApp
let narrow: TestApp
beforeAll(async () => {
  open = await startApp(env)
  const same = { ...env, DATABASE_URL: open.config.databaseUrl }
  closed = await startApp({ ...same, SIGN_UP: 'closed' })
  invite = await startApp({ ...same, SIGN_UP: 'invite' })
  narrow = await startApp({
    ...same,
    SIGN_UP_DOMAINS: 'Allowed.Example,bücher.example',
    SIGN_UP_DENY_DOMAINS: 'bad.allowed.example',
  })
})
afterAll(async () => {
  await Promise.all([closed, invite, narrow].map((app) => app.close()))
  await open.close()
  await stop()
})

let count = 0
const at = (domain: string) => newPerson({ email: `somebody${++count}.${process.pid}@${domain}` })
const newHandle = () => `policy_${++count}`
const said = ({ status, code }: Answer) => [status, code]
const shut = [403, 'user:sign_up_closed']
const denied = [403, 'email:domain_not_allowed']
/** The same browser at another server, where its cookies are good as well. */
function movedTo(app: TestApp, from: TestClient): TestClient {
  const client = app.client()
  for (const [name, value] of from.cookies) client.cookies.set(name, value)
  return client
}
const accountsOf = (email: string) => open.sql('select id from users where email_key = lower($1)', [email])

describe.each([
  ['invite', () => invite],
  ['closed', () => closed],
] as const)('SIGN_UP=%s: user:sign_up_closed', (_name, appOf) => {
  test('POST /v0/auth/signup, alike for every address, before anything is looked up or even read [SU1]', async () => {
    const { person: known } = await signedUp(open)
    const fresh = newPerson()
    const post = (body: unknown) => appOf().client().post('/v0/auth/signup', body)
    const answer = await post(fresh)
    expect(said(answer)).toEqual(shut)
    for (const body of [newPerson({ email: known.email }), newPerson({ handle: known.handle }), {}, '{"no json', []])
      expect(seen(await post(body))).toEqual(seen(answer))
    expect(await open.sql('select id from sign_ups where email_key = $1', [fresh.email])).toEqual([])
  })

  test.each(['', '/app'])(
    'POST /v0%s/auth/complete-signup, whatever the token; none is used up [SU1]',
    async (form) => {
      const who = newcomer()
      provider.reset(who)
      const client = open.client()
      const { body } =
        form === ''
          ? await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
          : await client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(who) })
      const url = `/v0${form}/auth/complete-signup`
      const wish = { pending_token: body.pending_token, handle: newHandle(), display_name: 'Some One' }
      const answer = await movedTo(appOf(), client).post(url, wish)
      expect(said(answer)).toEqual(shut)
      expect(
        seen(
          await appOf()
            .client()
            .post(url, { ...wish, pending_token: 'junk' }),
        ),
      ).toEqual(seen(answer))
      expect((await client.post(url, wish)).status).toBeLessThan(300)
    },
  )

  test.each(['', '/app'])(
    'POST /v0%s/auth/verify-email: a link from before makes no account, and is not used up [SU3]',
    async (form) => {
      const person = await signUp(open)
      const token = await mailedToken(open, person.email)
      const url = `/v0${form}/auth/verify-email`
      expect(said(await appOf().client().post(url, { token }))).toEqual(shut)
      expect(await accountsOf(person.email)).toEqual([])
      expect((await open.client().post(url, { token })).status).toBeLessThan(300)
      expect((await appOf().client().post(url, { token })).code).toBe('email:already_verified')
    },
  )

  test('so it is with the digits of that mail', async () => {
    const person = newPerson()
    const client = open.client()
    const { body } = await client.post('/v0/auth/signup', person)
    const { digits: code } = await mailedCode(open, person.email)
    const typed = { code_token: body.code_token, code }
    expect(said(await movedTo(appOf(), client).post('/v0/auth/verify-email', typed))).toEqual(shut)
    expect((await client.post('/v0/auth/verify-email', typed)).status).toBe(204)
  })

  test.each(['', '/app'])(
    'POST /v0%s/auth/email-sign-in/verify: a link or code from before makes no account [SU3]',
    async (form) => {
      const { email } = newPerson()
      const client = open.client()
      const { body } = await client.post(`/v0${form}/auth/email-sign-in`, { email })
      const { digits: code, token } = await mailedCode(open, email)
      const elsewhere = movedTo(appOf(), client)
      const url = `/v0${form}/auth/email-sign-in/verify`
      expect(said(await elsewhere.post(url, { token }))).toEqual(shut)
      expect(said(await elsewhere.post(url, { code_token: body.code_token, code }))).toEqual(shut)
      expect((await client.post(url, { token })).body).toMatchObject({ email })
    },
  )

  test('POST /v0/auth/email-sign-in: a known address signs in, another gets the same answer and no mail [SU2 MC2]', async () => {
    const { person } = await signedUp(open)
    const client = appOf().client()
    const { email } = newPerson()
    const known = await client.post('/v0/auth/email-sign-in', { email: person.email })
    const unknown = await appOf().client().post('/v0/auth/email-sign-in', { email })
    expect(unknown.status).toBe(202)
    expect(Object.keys(unknown.body)).toEqual(Object.keys(known.body))
    const { digits: code } = await mailedCode(open, person.email, 2)
    const typed = { code_token: known.body.code_token, code }
    expect((await client.post('/v0/auth/email-sign-in/verify', typed)).status).toBe(204)
    await mailsSettled(open)
    expect(await mailsTo(open, email, 0)).toEqual([])
  })

  test('through a provider: an identity that nobody has, whatever address it brings; a known one signs in [SU1]', async () => {
    const { person } = await signedUp(open)
    const login = async (client: TestClient) =>
      client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
    const mine = newcomer()
    provider.reset(mine)
    const client = open.client()
    const { body } = await login(client)
    const wish = { pending_token: body.pending_token, handle: newHandle(), display_name: 'Some One' }
    expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
    expect([202, 204]).toContain((await login(appOf().client())).status)
    for (const email of [newPerson().email, person.email]) {
      const claims = { ...newcomer(), email }
      provider.reset(claims)
      expect(said(await login(appOf().client()))).toEqual(shut)
      const id_token = await provider.idToken(claims)
      expect(said(await appOf().client().post('/v0/app/auth/oauth/google/token', { id_token }))).toEqual(shut)
      const browser = appOf().client()
      const { nonce } = (await browser.get('/v0/auth/oauth/google/one-tap/nonce')).body
      const credential = await provider.idToken({ ...claims, nonce })
      expect(said(await browser.post('/v0/auth/oauth/google/one-tap/login', { credential }))).toEqual(shut)
    }
  })

  test('nothing more is mailed about a sign-up from before [SU3]', async () => {
    const person = newPerson()
    const client = open.client()
    const { body } = await client.post('/v0/auth/signup', person)
    await mailedToken(open, person.email)
    const elsewhere = movedTo(appOf(), client)
    for (const url of ['/v0/auth/resend-verification-email', '/v0/auth/forgot-password', '/v0/auth/email-sign-in'])
      expect((await elsewhere.post(url, { email: person.email })).status).toBeLessThan(300)
    await open.sql("update mailed_tokens set mailed_at = now() - interval '1 hour' where address_key = $1", [
      person.email,
    ])
    const again = await elsewhere.post('/v0/auth/mailed-code/resend', { code_token: body.code_token })
    expect(said(again)).toEqual([400, 'email:code_token_expired'])
    await expect(helpUser(appOf().deps, person.email, 'resend')).rejects.toThrow('no link would work')
    await mailsSettled(open)
    expect(await mailsTo(open, person.email)).toHaveLength(1)
  })

  test('users create is not bound by it, nor by the lists of domains', async () => {
    for (const app of [appOf(), narrow]) {
      const { email, handle } = newPerson()
      expect(await createUser(app.deps, { email, handle })).toContain('is there')
    }
  })
})

describe('SIGN_UP_DOMAINS and SIGN_UP_DENY_DOMAINS: email:domain_not_allowed', () => {
  test.each([
    'allowed.example',
    'ALLOWED.Example',
    'deep.below.allowed.example',
    'notbad.allowed.example',
    'xn--bcher-kva.example',
    'BÜCHER.example',
    'post.bücher.example',
    'ａｌｌｏｗｅｄ。example',
  ])('an address at %s signs up', async (domain) => {
    expect((await narrow.client().post('/v0/auth/signup', at(domain))).status).toBe(202)
  })

  test.each([
    'other.example',
    'notallowed.example',
    'allowed.example.org',
    'bad.allowed.example',
    'worse.BAD.allowed.example',
    'bucher.example',
  ])('POST /v0/auth/signup at %s, with or without an account [SU2]', async (domain) => {
    const { person } = await signedUp(open, at(domain))
    const answer = await narrow.client().post('/v0/auth/signup', at(domain))
    expect(said(answer)).toEqual(denied)
    const known = await narrow.client().post('/v0/auth/signup', newPerson({ email: person.email }))
    expect(seen(known)).toEqual(seen(answer))
    expect((await mailsTo(open, person.email)).length).toBe(1)
  })

  test('an account from before signs in, by its password and by mail, and by no mail is another made [SU2]', async () => {
    const { person } = await signedUp(open, at('other.example'))
    const { email, password } = person
    expect((await narrow.client().post('/v0/auth/login', { email, password })).status).toBe(202)
    const client = narrow.client()
    const { code_token } = (await client.post('/v0/auth/email-sign-in', { email })).body
    // After that of its sign-up.
    const { digits: code } = await mailedCode(open, email, 2)
    expect((await client.post('/v0/auth/email-sign-in/verify', { code_token, code })).status).toBe(204)
    const unknown = at('other.example').email
    expect((await narrow.client().post('/v0/auth/email-sign-in', { email: unknown })).status).toBe(202)
    await mailsSettled(open)
    expect(await mailsTo(open, unknown, 0)).toEqual([])
  })

  test.each(['', '/app'])(
    'POST /v0%s/auth/verify-email and …/email-sign-in/verify, of mails from before [SU3]',
    async (form) => {
      const person = await signUp(open, at('other.example'))
      const token = await mailedToken(open, person.email)
      expect(said(await narrow.client().post(`/v0${form}/auth/verify-email`, { token }))).toEqual(denied)
      const { email } = at('other.example')
      const client = open.client()
      await client.post(`/v0${form}/auth/email-sign-in`, { email })
      const link = { token: (await mailedCode(open, email)).token }
      const url = `/v0${form}/auth/email-sign-in/verify`
      expect(said(await movedTo(narrow, client).post(url, link))).toEqual(denied)
    },
  )

  test('through a provider, before it says whether an account has the address [SU2]', async () => {
    const { person } = await signedUp(open, at('other.example'))
    for (const email of [person.email, at('other.example').email]) {
      const claims = { ...newcomer(), email }
      provider.reset(claims)
      const client = narrow.client()
      const login = await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
      expect(said(login)).toEqual(denied)
      const id_token = await provider.idToken(claims)
      expect(said(await narrow.client().post('/v0/app/auth/oauth/google/token', { id_token }))).toEqual(denied)
      const { nonce } = (await client.get('/v0/auth/oauth/google/one-tap/nonce')).body
      const credential = await provider.idToken({ ...claims, nonce })
      expect(said(await client.post('/v0/auth/oauth/google/one-tap/login', { credential }))).toEqual(denied)
    }
  })

  test.each(['', '/app'])(
    'POST /v0%s/auth/complete-signup, after the lists changed; the token is not used up',
    async (form) => {
      const who = { ...newcomer(), email: at('other.example').email }
      provider.reset(who)
      const client = open.client()
      const { body } =
        form === ''
          ? await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
          : await client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(who) })
      const url = `/v0${form}/auth/complete-signup`
      const wish = { pending_token: body.pending_token, handle: newHandle(), display_name: 'Some One' }
      expect(said(await movedTo(narrow, client).post(url, wish))).toEqual(denied)
      expect((await client.post(url, wish)).status).toBeLessThan(300)
    },
  )
})
