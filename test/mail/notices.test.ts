import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { EventType } from '../../src/accounts/all-rows.ts'
import { helpUser } from '../../src/operator/help-user.ts'
import { inConsole } from '../admin/support.ts'
import { atWork, startUrl } from '../impersonation/support.ts'
import { offered, register, signInWith, withPasskey } from '../passkeys/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signedUp } from '../support/people.ts'
import { arrive, newcomer, signedUpThrough, startProviders } from '../support/provider.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'
import { withSetup, withTotp } from '../totp/support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp({ ...env, IMPERSONATION: 'mail' })
})
afterAll(async () => {
  await app.close()
  await stop()
})

/** Events of an account that change nothing of what opens it. */
type Harmless =
  | 'sign_up'
  | 'login_succeeded'
  | 'login_failed'
  | 'attempts_forgiven'
  | 'logout'
  | 'session_revoked'
  | 'device_forgotten'
  | 'password_reset_requested'
  | 'password_breached'
  | 'email_sign_in_requested'
  | 'refresh_reuse_detected'
  | 'totp_confirmed'
  | 'passkey_renamed'
  | 'profile_changed'
  | 'data_exported'
  | 'deletion_requested'
  | 'banned'
  | 'unbanned'
  | 'impersonation_ended'
  | 'role_granted'
  | 'role_revoked'

/** Ready to be done, and to whom it is told; `also` where another mailbox hears of it as well. */
type Change = { readonly to: string; readonly also?: string; readonly act: () => Promise<Answer | string | undefined> }

const newPassword = 'a wholly new passphrase'

async function confirming() {
  const { person, client } = await signedInOnDevice(app)
  const also = newPerson().email
  await client.post('/v0/auth/change-email', { password: person.password, new_email: also })
  const token = await mailedToken(app, also)
  const act = () => app.client().post('/v0/auth/confirm-email-change', { token })
  return { person, client, to: person.email, also, act }
}

const link = async (client: TestClient) => {
  provider.reset(newcomer())
  return client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
}

/** A new event is harmless, or has its line here. */
const changes: Record<Exclude<EventType, Harmless>, () => Promise<Change>> = {
  impersonation_started: async () => {
    const { console, target } = await atWork(app)
    return { to: target.person.email, act: () => console.post(startUrl(target.id), { reason: 'ticket 4711' }) }
  },
  password_changed: async () => {
    const { person, client } = await signedUp(app)
    const body = { current_password: person.password, new_password: newPassword }
    return { to: person.email, act: () => client.post('/v0/auth/change-password', body) }
  },
  password_set: async () => {
    const { who, client } = await signedUpThrough(app, provider)
    return { to: who.email, act: () => client.post('/v0/auth/set-initial-password', { new_password: newPassword }) }
  },
  password_reset: async () => {
    const { person } = await signedUp(app)
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    const token = await mailedToken(app, person.email, 2)
    const body = { token, new_password: newPassword }
    return { to: person.email, act: () => app.client().post('/v0/auth/reset-password', body) }
  },
  email_change_requested: async () => {
    const { person, client } = await signedUp(app)
    const also = newPerson().email
    const body = { password: person.password, new_email: also }
    return { to: person.email, also, act: () => client.post('/v0/auth/change-email', body) }
  },
  email_changed: confirming,
  email_change_undone: async () => {
    const { to, act } = await confirming()
    await act()
    const token = await mailedToken(app, to, 4)
    return { to, act: () => app.client().post('/v0/auth/undo-email-change', { token }) }
  },
  totp_enabled: async () => {
    const { person, client, code } = await withSetup(app)
    return { to: person.email, act: async () => client.post('/v0/auth/totp/enable', { code: await code() }) }
  },
  totp_disabled: async () => {
    const { person, client, code } = await withTotp(app)
    return { to: person.email, act: async () => client.post('/v0/auth/totp/disable', { code: await code() }) }
  },
  backup_codes_regenerated: async () => {
    const { person, client, code } = await withTotp(app)
    const url = '/v0/auth/totp/backup-codes/regenerate'
    return { to: person.email, act: async () => client.post(url, { code: await code() }) }
  },
  backup_code_used: async () => {
    const { person, client, backupCodes } = await withTotp(app)
    return { to: person.email, act: () => client.post('/v0/auth/reauthenticate', { code: backupCodes[0] }) }
  },
  oauth_linked: async () => {
    const { person, client } = await signedUp(app)
    return { to: person.email, act: () => link(client) }
  },
  oauth_unlinked: async () => {
    const { person, client } = await signedUp(app)
    await link(client)
    await mailsTo(app, person.email, 2)
    return {
      to: person.email,
      act: () => client.post('/v0/auth/oauth/connections/unlink', { provider: 'google' }),
    }
  },
  passkey_added: async () => {
    const { person, client } = await signedUp(app)
    const credential = new SoftPasskey().create(await offered(client))
    return { to: person.email, act: () => client.post('/v0/auth/passkeys', { credential }) }
  },
  passkey_deleted: async () => {
    const { person, client, id } = await withPasskey(app)
    return { to: person.email, act: () => client.send('DELETE', `/v0/auth/passkeys/${id}`) }
  },
  passkey_clone_suspected: async () => {
    const { person, passkey } = await withPasskey(app, new SoftPasskey({ flags: { be: false, bs: false }, counter: 5 }))
    return { to: person.email, act: async () => (await signInWith(app.client(), passkey, { counter: 4 })).code }
  },
  // Of a password alone the link is the notice.
  device_added: async () => {
    const { person } = await signedUp(app)
    const act = async () => {
      await app.client().post('/v0/auth/login', person)
      return app.client().post('/v0/auth/device/verify', { token: await mailedToken(app, person.email, 2) })
    }
    return { to: person.email, act }
  },
  second_factor_reset: async () => {
    const [admin, { person, client }] = [await inConsole(app), await withTotp(app)]
    const url = `/v0/admin/users/${(await client.get('/v0/user/me')).body.id}/second-factor/reset`
    return { to: person.email, act: () => admin.client.post(url, { reason: 'the phone is lost' }) }
  },
}

/** By whom else it is done than its owner. */
const byOperator: Record<string, () => Promise<Change>> = {
  'reset-totp': async () => {
    const { person } = await withTotp(app)
    return { to: person.email, act: async () => (await helpUser(app.deps, person.email, 'reset-totp'))?.says }
  },
  'delete-passkeys': async () => {
    const { person, client } = await withPasskey(app)
    await register(client)
    return { to: person.email, act: async () => (await helpUser(app.deps, person.email, 'delete-passkeys'))?.says }
  },
  'take-back': async () => {
    const { person } = await withTotp(app)
    return { to: person.email, act: async () => (await helpUser(app.deps, person.email, 'take-back'))?.says }
  },
}

/** Once nothing waits to be sent. */
async function mailbox(address: string) {
  await vi.waitFor(
    async () => {
      const waiting = await app.sql("select id from mails where kind = 'message' and payload is not null")
      if (waiting.length > 0) throw new Error(`${waiting.length} mails wait`)
    },
    { timeout: 15_000, interval: 20 },
  )
  return app.deps.inbox?.search(address) ?? []
}

describe('each change of what opens an account mails its owner once, with what to do if it was not them [AT12]', () => {
  test.each(Object.entries({ ...changes, ...byOperator }))('%s', async (_, prepare) => {
    const { to, also, act } = await prepare()
    const before = await mailbox(to)
    const done = await act()
    if (typeof done !== 'string') expect([200, 201, 204]).toContain(done?.status)
    const after = await mailbox(to)
    expect(after.length - before.length).toBe(1)
    expect(after[0]?.text).toMatch(/not you|If you did not|If you do not want|cannot be restored automatically/)
    if (also) expect((await mailbox(also)).length).toBeGreaterThan(0)
  })
})

/** Those that come by a mailed link, a code or a sign-in, or that have a limit of their own. */
type OtherwiseLimited =
  | 'password_reset'
  | 'email_change_requested'
  | 'email_changed'
  | 'email_change_undone'
  | 'backup_code_used'
  | 'passkey_clone_suspected'
  | 'device_added'
  | 'second_factor_reset'
  | 'impersonation_started'

/** A new change is counted, or it is said above what else limits it. */
const counted = Object.keys({
  password_changed: true,
  password_set: true,
  totp_enabled: true,
  totp_disabled: true,
  backup_codes_regenerated: true,
  oauth_linked: true,
  oauth_unlinked: true,
  passkey_added: true,
  passkey_deleted: true,
} satisfies Record<Exclude<keyof typeof changes, OtherwiseLimited>, true>) as (keyof typeof changes)[]

test.each(counted)(
  'rate_limit:exceeded: beyond thirty changes an hour no %s, and no mail of it [AT2]',
  async (name) => {
    const { to, act } = await changes[name]()
    const before = await mailbox(to)
    // RATE_LIMITS is a thousand here.
    await app.sql(
      `insert into rate_counters (key, count, resets_at)
     select 'changes:' || id, 30000, now() + interval '1 hour' from users where email = $1
     on conflict (key) do update set count = excluded.count`,
      [to],
    )
    const refused = await act()
    expect(refused).toMatchObject({ status: 429, code: 'rate_limit:exceeded' })
    expect(await mailbox(to)).toHaveLength(before.length)
  },
)

test('one that is refused or did not happen tells nobody [AT12]', async () => {
  const { person, client } = await signedUp(app)
  const wrong = { current_password: 'not the password', new_password: newPassword }
  expect((await client.post('/v0/auth/change-password', wrong)).code).toBe('user:invalid_password')
  const changes = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      client.post('/v0/auth/change-password', {
        current_password: person.password,
        new_password: `${newPassword} ${index}`,
      }),
    ),
  )
  const subjects = (await mailbox(person.email)).map(({ subject }) => subject)
  const told = subjects.filter((subject) => subject === 'Your password was changed')
  expect(told).toHaveLength(changes.filter(({ status }) => status === 204).length)
  expect(told.length).toBeGreaterThan(0)
})
