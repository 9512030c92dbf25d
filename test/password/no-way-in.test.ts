import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helpUser } from '../../src/operator/help-user.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type Answer, seen, type TestClient } from '../support/client.ts'
import { mailsSettled } from '../support/mail-way.ts'
import { newPerson, signUp } from '../support/people.ts'
import { arrive, signedUpThrough, startProviders } from '../support/provider.ts'
import { runAdmin } from '../support/server-process.ts'

const { provider, github, env, stop } = await startProviders()
let app: TestApp
/** The same server once its operator has taken its own providers from it. */
let withoutProviders: TestApp
beforeAll(async () => {
  // Where a mailbox is a way in, no other is the last.
  app = await startApp({ ...env, EMAIL_SIGN_IN: 'off' })
  const { databaseUrl, dataDir } = app.config
  withoutProviders = await startApp({ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, EMAIL_SIGN_IN: 'off' })
})
afterAll(async () => {
  await withoutProviders.close()
  await app.close()
  await stop()
})

const forgot = (at: TestApp, email: string) => at.client().post('/v0/auth/forgot-password', { email })
const newPassword = 'a wholly new passphrase'

/** Whichever server sends. */
const mailbox = (email: string) => app.deps.inbox?.search(email) ?? []

/** All that lies in the mailbox once forgot-password was asked there. */
async function afterForgot(at: TestApp, email: string) {
  const before = mailbox(email).length
  expect((await forgot(at, email)).status).toBe(204)
  await expect.poll(() => mailbox(email).length, { timeout: 15_000 }).toBeGreaterThan(before)
  await mailsSettled(at)
  return mailbox(email)
}

/** Whether some link there sets a password that opens the account. */
async function setsPassword(at: TestApp, email: string): Promise<boolean> {
  for (const { text } of await afterForgot(at, email)) {
    const token = /reset-password\?token=(\S+)/.exec(text)?.[1]
    const done = token && (await at.client().post('/v0/auth/reset-password', { token, new_password: newPassword }))
    if (done && done.status === 204) {
      const login = await at.client().post('/v0/auth/login', { email, password: newPassword })
      return login.status < 300
    }
  }
  return false
}

type Owner = { readonly client: TestClient; readonly email: string; readonly sub: string; readonly slug: string }

/** Registers a provider of its own for the account: it can be moved and deleted without others noticing. */
async function register(slug: string, issuer = provider.url): Promise<void> {
  await app.sql(
    `insert into oauth_providers (id, slug, name, client_id, sealed_client_secret, issuer, authorization_endpoint, token_endpoint,
       jwks_uri, userinfo_endpoint, token_auth, names_issuer, scopes, image_hosts)
     values ($1, $2, 'Acme', 'x', '', $3, $3, $3, $3, $3, 'basic', false, '{}', '{}')`,
    [randomUUID(), slug, issuer],
  )
}

/** What may happen to an account and to its providers; each is of no effect where it cannot be. */
const happenings: Readonly<Record<string, (owner: Owner) => Promise<unknown>>> = {
  'a password is set': ({ client }) => client.post('/v0/auth/set-initial-password', { new_password: newPassword }),
  'GitHub is linked': async ({ client, sub }) => {
    github.reset({ id: Number(sub.replace(/\D/g, '')) + 1000, login: 'octo' })
    await client.post('/v0/auth/oauth/github/link', await arrive(client, 'github', '?flow=link'))
  },
  'Acme is linked': ({ email, slug }) =>
    app.sql(
      `insert into oauth_identities (id, user_id, provider_id, issuer, subject)
       select gen_random_uuid(), u.id, p.id::text, p.issuer, u.id::text from users u, oauth_providers p where u.email = $1 and p.slug = $2
       on conflict do nothing`,
      [email, slug],
    ),
  'Acme moves': ({ slug }) => app.sql("update oauth_providers set issuer = issuer || '/' where slug = $1", [slug]),
  'Acme is deleted': ({ slug }) =>
    app.sql(
      `with gone as (delete from oauth_providers where slug = $1 returning id)
       delete from oauth_identities where provider_id in (select id::text from gone)`,
      [slug],
    ),
  'Google is unlinked': ({ client }) => client.post('/v0/auth/oauth/connections/unlink', { provider: 'google' }),
  'GitHub is unlinked': ({ client }) => client.post('/v0/auth/oauth/connections/unlink', { provider: 'github' }),
  'Acme is unlinked': ({ client, slug }) => client.post('/v0/auth/oauth/connections/unlink', { provider: slug }),
}

/** Comes back from Google, or GitHub, as whoever the account knows there. */
async function signsInThrough(at: TestApp, { sub }: Owner): Promise<boolean> {
  const ways = [
    async (browser: TestClient): Promise<Answer> => {
      provider.reset({ sub, email: newPerson().email, email_verified: true })
      return browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    },
    async (browser: TestClient): Promise<Answer> => {
      github.reset({ id: Number(sub.replace(/\D/g, '')) + 1000, login: 'octo' })
      return browser.post('/v0/auth/oauth/github/login', await arrive(browser, 'github'))
    },
  ]
  for (const way of ways) {
    const answer = await way(at.client())
    if (answer.status < 300 && !('pending_token' in answer.body)) return true
  }
  return false
}

describe('nobody is locked out whose mailbox is theirs [FD7]', () => {
  test('whatever happens to the account and its providers, there is a way in, and no stranger is told which', async () => {
    const stranger = seen(await forgot(app, newPerson().email))
    const happening = fc.constantFrom(...Object.keys(happenings))
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 7 }), fc.boolean(), async (names, areGone) => {
        const { who, client } = await signedUpThrough(app, provider)
        const owner = { client, email: who.email, sub: who.sub, slug: `acme-${who.sub.replace(/\D/g, '')}` }
        await register(owner.slug)
        for (const name of names) await happenings[name]?.(owner)
        const at = areGone ? withoutProviders : app
        expect(seen(await forgot(at, owner.email))).toEqual(stranger)
        const isAcme = await app.sql(
          `select 1 from oauth_identities i join oauth_providers p on p.id::text = i.provider_id and p.issuer = i.issuer
           join users u on u.id = i.user_id where u.email = $1`,
          [owner.email],
        )
        const isOpen =
          isAcme.length > 0 || (!areGone && (await signsInThrough(app, owner))) || (await setsPassword(at, owner.email))
        expect(isOpen).toBe(true)
      }),
      {
        numRuns: Number(process.env.PROPERTY_RUNS ?? 8),
        interruptAfterTimeLimit: 30_000,
        markInterruptAsFailure: false,
      },
    )
  })

  test('a provider that works: a word that names it, and no link; one that does not: a link', async () => {
    const { who } = await signedUpThrough(app, provider)
    const [word] = await afterForgot(app, who.email)
    expect(word?.subject).toBe('Your account has no password')
    expect(word?.text).toContain('You sign in with Google.')
    expect(`${word?.text}${word?.html}`).not.toMatch(/token=|https?:/)
    expect(await setsPassword(app, who.email)).toBe(false)
    expect(await setsPassword(withoutProviders, who.email)).toBe(true)
  })

  test('npm run admin -- providers says how many accounts have no other way in', async () => {
    const { who, client } = await signedUpThrough(app, provider)
    const slug = `counted-${who.sub.replace(/\D/g, '')}`
    const owner = { client, email: who.email, sub: who.sub, slug }
    await register(slug)
    await happenings['Acme is linked']?.(owner)
    const says = async () => (await runAdmin(app, ['providers'])).out
    // The command has no Google in its environment.
    expect(await says()).toContain(`${slug} (${provider.url}) works: 1 accounts, 1 of them without another way in`)
    expect(await says()).toMatch(/^google \(.*\) no longer works: /m)
    await happenings['a password is set']?.(owner)
    await happenings['Acme moves']?.(owner)
    expect(await says()).toContain(`${slug} (${provider.url}) no longer works: 1 accounts, 0 of them`)
  })

  test('the way in that works is the one that stays; what no longer works may go', async () => {
    const { who, client } = await signedUpThrough(app, provider)
    const slug = `dead-${who.sub.replace(/\D/g, '')}`
    await register(slug)
    await happenings['Acme is linked']?.({ client, email: who.email, sub: who.sub, slug })
    await happenings['Acme moves']?.({ client, email: who.email, sub: who.sub, slug })
    const unlink = (one: string) => client.post('/v0/auth/oauth/connections/unlink', { provider: one })
    expect((await unlink('google')).code).toBe('oauth:cannot_unlink_last_connection')
    expect((await unlink(slug)).status).toBe(204)
    expect((await unlink('google')).code).toBe('oauth:cannot_unlink_last_connection')
  })

  test('a connection of before its provider moved is replaced by the one that works', async () => {
    const { who, client } = await signedUpThrough(app, provider)
    await app.sql("update oauth_identities set issuer = issuer || '/' where subject = $1", [who.sub])
    const stranger = app.client()
    const refused = await stranger.post('/v0/auth/oauth/google/login', await arrive(stranger, 'google'))
    expect(refused.code).toBe('oauth:email_already_exists')
    expect((await client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))).status).toBe(
      204,
    )
    const browser = app.client()
    const again = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect(again.body).not.toHaveProperty('pending_token')
    expect(again.status).toBeLessThan(300)
  })

  test('a sign-up that waits gets its link once more', async () => {
    const waiting = await signUp(app)
    expect((await forgot(app, waiting.email)).status).toBe(204)
    await expect.poll(() => mailbox(waiting.email).length, { timeout: 15_000 }).toBe(2)
    const used = []
    for (const { text } of mailbox(waiting.email)) {
      const token = /token=(\S+)/.exec(text)?.[1]
      used.push((await app.client().post('/v0/auth/verify-email', { token })).status)
    }
    expect(used.sort()).toEqual([204, 400])
  })

  test('the operator can have a link sent, whatever the account is opened by', async () => {
    const { who } = await signedUpThrough(app, provider)
    expect((await helpUser(app.deps, who.email, 'send-password-link'))?.says).toContain('on its way')
    await expect
      .poll(() => mailbox(who.email).map(({ subject }) => subject))
      .toEqual(['Set a password for your account'])
    const token = /token=(\S+)/.exec(mailbox(who.email)[0]?.text ?? '')?.[1]
    const done = await app.client().post('/v0/auth/reset-password', { token, new_password: newPassword })
    expect(done.status).toBe(204)
    expect((await helpUser(withoutProviders.deps, who.email, 'show'))?.says).toMatch(
      /providers +google \(no longer works\)/,
    )
  })
})
