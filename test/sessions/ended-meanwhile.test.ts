import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, type Person, signedInOnDevice } from '../support/people.ts'
import { arrive, newcomer, signedUpThrough, startProviders } from '../support/provider.ts'
import { administratorOf, registerProvider } from '../support/registered-provider.ts'
import { withSetup, withTotp } from '../totp/support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

const ended = [401, 'user:invalid_session']
const newPassword = 'a brand new password'

/** The newest mail of all whose link leads to that page. */
async function linkTo(page: string, address: string): Promise<string | undefined> {
  return vi.waitFor(
    async () => {
      const texts = (await mailsTo(app, address)).map(({ text }) => text)
      const found = texts.find((text) => text.includes(`/${page}?token=`))
      if (found === undefined) throw new Error(`no mail to ${address} leads to ${page}`)
      return /token=(\S+)/.exec(found)?.[1]
    },
    { timeout: 15_000, interval: 20 },
  )
}

type Victim = { readonly person: Person; readonly client: TestClient }

/** Each ends the session while its link waits for the provider; gives the status. */
const ends: readonly [string, (victim: Victim) => Promise<() => Promise<number>>][] = [
  [
    'undo of a change of address',
    async ({ person, client }) => {
      const email = newPerson().email
      await client.post('/v0/auth/change-email', { password: person.password, new_email: email })
      await app.client().post('/v0/auth/confirm-email-change', { token: await mailedToken(app, email) })
      expect((await client.post('/v0/auth/login', { ...person, email })).status).toBe(204)
      const token = await linkTo('undo-email-change', person.email)
      return async () => (await app.client().post('/v0/auth/undo-email-change', { token })).status
    },
  ],
  [
    'reset of the password',
    async ({ person }) => {
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const reset = { token: await linkTo('reset-password', person.email), new_password: newPassword }
      return async () => (await app.client().post('/v0/auth/reset-password', reset)).status
    },
  ],
  [
    'sign-out',
    async ({ client }) =>
      async () =>
        (await client.post('/v0/auth/logout')).status,
  ],
]

describe('a link under way ends with its session', () => {
  test.each(ends)('%s [AT7]', async (_name, prepare) => {
    const victim = await signedInOnDevice(app)
    const end = await prepare(victim)
    const thief = app.client()
    for (const [name, value] of victim.client.cookies) thief.cookies.set(name, value)
    provider.reset(newcomer())
    const sent = await arrive(thief, 'google', '?flow=link')
    const held = provider.holdTokens()
    const link = thief.post('/v0/auth/oauth/google/link', sent)
    await held.asked
    expect(await end()).toBe(204)
    held.release()
    expect(said(await link)).toEqual(ended)
    const ofVictim = 'where user_id = (select id from users where handle = $1)'
    const { handle } = victim.person
    expect(await app.sql(`select 1 from oauth_identities ${ofVictim}`, [handle])).toEqual([])
    expect(await app.sql(`select 1 from security_events ${ofVictim} and type = 'oauth_linked'`, [handle])).toEqual([])
  })
})

type Act = {
  readonly client: TestClient
  readonly method?: string
  readonly url: string
  readonly body?: object | undefined
}

/** Every change of what opens the caller's own account, or everybody's. */
const acts: readonly [string, () => Promise<Act>][] = [
  ['totp/setup', async () => ({ ...(await signedInOnDevice(app)), url: '/v0/auth/totp/setup' })],
  [
    'totp/enable',
    async () => {
      const { client, code } = await withSetup(app)
      return { client, url: '/v0/auth/totp/enable', body: { code: await code() } }
    },
  ],
  ...['disable', 'backup-codes/regenerate'].map((name): [string, () => Promise<Act>] => [
    `totp/${name}`,
    async () => {
      const { client, code } = await withTotp(app)
      return { client, url: `/v0/auth/totp/${name}`, body: { code: await code() } }
    },
  ]),
  [
    'reauthenticate, by password',
    async () => {
      const { person, client } = await signedInOnDevice(app)
      return { client, url: '/v0/auth/reauthenticate', body: { password: person.password } }
    },
  ],
  [
    'reauthenticate, by code',
    async () => {
      const { client, backupCodes } = await withTotp(app)
      return { client, url: '/v0/auth/reauthenticate', body: { code: backupCodes[0] } }
    },
  ],
  [
    'deletion, by password',
    async () => {
      const { person, client } = await signedInOnDevice(app)
      return { client, method: 'DELETE', url: '/v0/user/me', body: { password: person.password } }
    },
  ],
  [
    'deletion, by code',
    async () => {
      const { client, backupCodes } = await withTotp(app)
      return { client, method: 'DELETE', url: '/v0/user/me', body: { totp_code: backupCodes[0] } }
    },
  ],
  [
    'a provider that is registered',
    async () => {
      const client = await administratorOf(app)
      const body = { slug: 'late', name: 'Late', client_id: 'x', client_secret: 'kept-for-later', issuer: provider.url }
      return { client, url: '/v0/admin/oauth/providers', body }
    },
  ],
  ...(['PATCH', 'DELETE'] as const).map((method): [string, () => Promise<Act>] => [
    `a provider: ${method}`,
    async () => {
      const client = await administratorOf(app)
      const url = `/v0/admin/oauth/providers/${await registerProvider(client, provider)}`
      return { client, method, url, body: method === 'PATCH' ? { name: 'Renamed' } : undefined }
    },
  ]),
  [
    'deletion, by link',
    async () => {
      const { client } = await signedUpThrough(app, provider)
      return { client, method: 'DELETE', url: '/v0/user/me', body: {} }
    },
  ],
  [
    'change-password',
    async () => {
      const { person, client } = await signedInOnDevice(app)
      const body = { current_password: person.password, new_password: newPassword }
      return { client, url: '/v0/auth/change-password', body }
    },
  ],
  [
    'set-initial-password',
    async () => {
      const { client } = await signedUpThrough(app, provider)
      return { client, url: '/v0/auth/set-initial-password', body: { new_password: newPassword } }
    },
  ],
  [
    'change-email',
    async () => {
      const { person, client } = await signedInOnDevice(app)
      const body = { password: person.password, new_email: newPerson().email }
      return { client, url: '/v0/auth/change-email', body }
    },
  ],
  [
    'oauth/connections/unlink',
    async () => {
      const { client } = await signedUpThrough(app, provider)
      return { client, url: '/v0/auth/oauth/connections/unlink', body: { provider: 'google' } }
    },
  ],
]

/** Somebody waits for a lock in this database. */
const someoneWaits = () =>
  vi.waitFor(
    async () => {
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect((await app.deps.pool.query(waiting)).rows).not.toEqual([])
    },
    { timeout: 5000, interval: 10 },
  )

describe('user:invalid_session where the session ended while the request waited for the account', () => {
  test.each(acts)('%s [AT7]', async (_name, prepare) => {
    const { client, method = 'POST', url, body } = await prepare()
    const { id: userId } = (await client.get('/v0/user/me')).body
    const owner = await app.deps.pool.connect()
    try {
      await owner.query('begin')
      await owner.query('select 1 from users where id = $1 for no key update', [userId])
      const answer = client.send(method, url, { body })
      await someoneWaits()
      await owner.query('update sessions set ended_at = now() where user_id = $1', [userId])
      await owner.query('commit')
      expect(said(await answer)).toEqual(ended)
    } finally {
      owner.release(true)
    }
  })
})

describe('what the account does now is told to the address that it has under its lock', () => {
  test.each([
    [
      'a backup code that was spent',
      async () => {
        const { client, backupCodes } = await withTotp(app)
        return { client, url: '/v0/auth/reauthenticate', body: { code: backupCodes[0] } }
      },
    ],
    [
      'the link of a deletion',
      async () => {
        const { client } = await signedUpThrough(app, provider)
        return { client, method: 'DELETE', url: '/v0/user/me', body: {} }
      },
    ],
  ] as const)('%s [AT7]', async (_name, prepare) => {
    const { client, method = 'POST', url, body }: Act = await prepare()
    const { id: userId } = (await client.get('/v0/user/me')).body
    const { email } = newPerson()
    const owner = await app.deps.pool.connect()
    try {
      await owner.query('begin')
      await owner.query('update users set email = $2, email_key = $2 where id = $1', [userId, email])
      const answer = client.send(method, url, { body })
      await someoneWaits()
      await owner.query('commit')
      expect((await answer).status).toBeLessThan(300)
      await mailsTo(app, email)
    } finally {
      owner.release(true)
    }
  })
})

describe('a sign-in under way while TOTP is switched on asks for the code [MF4]', () => {
  /** Answers once the account's row is free again, and TOTP is on by then. */
  async function whileSwitchedOn(email: string, signIn: () => Promise<{ status: number; body: object }>) {
    const held = await app.deps.pool.connect()
    try {
      await held.query('begin')
      await held.query('select from users where email = $1 for update', [email])
      const answer = signIn()
      await someoneWaits()
      await held.query('update users set totp_enabled_at = now() where email = $1', [email])
      await held.query('commit')
      return await answer
    } finally {
      held.release()
    }
  }

  test('with a password, on a known device and on a new one', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { email, password } = person
    for (const browser of [client, app.client()]) {
      await app.sql('update users set totp_enabled_at = null where email = $1', [email])
      const login = () => browser.post('/v0/auth/login', { email, password })
      const { status, body } = await whileSwitchedOn(email, login)
      expect([status, Object.keys(body)]).toEqual([202, ['temp_token', 'methods']])
    }
    expect((await mailsTo(app, email)).filter(({ text }) => text.includes('verify-device'))).toHaveLength(1)
  })

  test('through a provider', async () => {
    const { who } = await signedUpThrough(app, provider)
    provider.reset(who)
    const browser = app.client()
    const arrival = await arrive(browser, 'google')
    const { status, body } = await whileSwitchedOn(who.email, () =>
      browser.post('/v0/auth/oauth/google/login', arrival),
    )
    expect([status, Object.keys(body)]).toEqual([202, ['temp_token', 'methods']])
  })
})
