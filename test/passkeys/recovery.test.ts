import { describe, expect, test, vi } from 'vitest'
import { helpUser } from '../../src/operator/help-user.ts'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, type Person } from '../support/people.ts'
import type { SoftPasskey } from '../support/soft-authenticator.ts'
import { eventsOf } from '../totp/support.ts'
import { asked, askedAgain, passkeys, register, signIn, signInWith, withoutPassword, withPasskey } from './support.ts'

const app = useApp()

const outcomeOf = async (passkey: SoftPasskey) => {
  const { status, code } = await signInWith(app.client(), passkey)
  return code ?? status
}

/** Whoever is in the account asks for another address, by what they can prove. */
async function askForAddress(client: TestClient, proof: object): Promise<string> {
  const newEmail = newPerson().email
  expect((await client.post('/v0/auth/change-email', { ...proof, new_email: newEmail })).status).toBe(204)
  return newEmail
}

async function confirmAddress(newEmail: string): Promise<void> {
  const token = await mailedToken(app, newEmail)
  expect((await app.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
}

/** The newest mail to the owner with a link to that page. */
const mailOf = (page: string, { email }: Pick<Person, 'email'>): Promise<string> =>
  vi.waitFor(
    async () => {
      const found = (await mailsTo(app, email)).find(({ text }) => text.includes(`/${page}?token=`))
      if (found === undefined) throw new Error(`no mail to ${email} leads to ${page}`)
      return found.text
    },
    { timeout: 15_000, interval: 20 },
  )

const tokenIn = (text: string) => /token=(\S+)/.exec(text)?.[1]

/** Opens the undo link of the old mailbox; gives the mail that follows. */
async function undo(person: Person): Promise<string> {
  const token = tokenIn(await mailOf('undo-email-change', person))
  expect((await app.client().post('/v0/auth/undo-email-change', { token })).status).toBe(204)
  return mailOf('reset-password', person)
}

const removals = async ({ handle }: Person) =>
  app.sql(
    `select metadata from security_events where type = 'passkey_deleted'
       and user_id = (select id from users where handle = $1)`,
    [handle],
  )

describe('POST /v0/auth/undo-email-change [AT7]', () => {
  test('passkeys made since the change was asked for open nothing any more; those of before do', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const newEmail = await askForAddress(client, { password: person.password })
    const early = await register(client)
    await confirmAddress(newEmail)
    const thief = app.client()
    expect((await signInWith(thief, early.passkey)).status).toBe(204)
    const late = await register(thief)

    const mail = await undo(person)
    expect(mail).toContain('2 passkeys')
    expect(mail).toContain('check two-step sign-in, its backup codes, your passkeys')
    expect(await removals(person)).toEqual([{ metadata: { by: 'recovery', count: '2' } }])
    expect((await thief.get('/v0/user/me')).code).toBe('user:invalid_session')
    for (const taken of [early, late]) expect(await outcomeOf(taken.passkey)).toBe('passkey:unknown_credential')
    const owner = app.client()
    expect((await signInWith(owner, passkey)).status).toBe(204)
    expect((await owner.get('/v0/user/me')).body).toMatchObject({ email: person.email, passkeys: 1 })
    expect((await owner.get(passkeys)).body.passkeys).toMatchObject([{ credential_id: passkey.id }])
  })

  test('also where the thief proved it by a passkey, and the account has no password', async () => {
    const { person, client, passkey } = await withPasskey(app)
    await withoutPassword(app, person)
    const newEmail = await askForAddress(client, { credential: passkey.get(await askedAgain(client)) })
    const planted = await register(client)
    await confirmAddress(newEmail)
    expect(await undo(person)).toContain('Removed: one passkey.')
    expect(await outcomeOf(planted.passkey)).toBe('passkey:unknown_credential')
    expect(await outcomeOf(passkey)).toBe(204)
  })

  test('an answer that was under way opens nothing, nor is anything registered by what was offered before', async () => {
    const { person, client } = await withPasskey(app)
    const newEmail = await askForAddress(client, { password: person.password })
    const { passkey: planted } = await register(client)
    await confirmAddress(newEmail)
    const thief = app.client()
    const credential = planted.get(await asked(thief))
    expect((await signInWith(thief, planted)).status).toBe(204)
    const ask = await askedAgain(thief)
    await undo(person)
    expect((await thief.post(signIn, { credential })).code).toBe('passkey:unknown_credential')
    const again = await thief.post('/v0/auth/reauthenticate', { credential: planted.get(ask) })
    expect(again.code).toBe('user:invalid_session')
  })

  test('nothing was added: nothing goes', async () => {
    const { person, client, passkey } = await withPasskey(app)
    await confirmAddress(await askForAddress(client, { password: person.password }))
    expect(await undo(person)).not.toMatch(/(one|\d) passkey/)
    expect(await removals(person)).toEqual([])
    expect(await outcomeOf(passkey)).toBe(204)
  })
})

describe('npm run admin -- user EMAIL', () => {
  test('take-back removes those that are younger than that moment [AT7]', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const [row] = await app.sql<{ now: Date }>('select now()')
    const planted = await register(client)
    const told = await helpUser(app.deps, person.email, 'take-back', { since: row?.now })
    expect(told?.says).toContain('one passkey')
    expect(await mailOf('reset-password', person)).toContain('one passkey')
    expect(await outcomeOf(planted.passkey)).toBe('passkey:unknown_credential')
    expect(await outcomeOf(passkey)).toBe(204)
  })

  test('without a moment take-back counts seven days', async () => {
    const { person, client, passkey, id } = await withPasskey(app)
    await app.sql("update passkeys set created_at = now() - interval '7 days 1 minute' where id = $1", [id])
    const week = await register(client)
    const old = "update passkeys set created_at = now() - interval '6 days 23 hours' where id = $1"
    await app.sql(old, [week.id])
    await helpUser(app.deps, person.email, 'take-back')
    expect(await outcomeOf(week.passkey)).toBe('passkey:unknown_credential')
    expect(await outcomeOf(passkey)).toBe(204)
  })

  test('end-sessions ends what a passkey opened; ban refuses it, unban lets it in', async () => {
    const { person, passkey } = await withPasskey(app)
    const browser = app.client()
    expect((await signInWith(browser, passkey)).status).toBe(204)
    await helpUser(app.deps, person.email, 'end-sessions')
    expect((await browser.get('/v0/user/me')).code).toBe('user:invalid_session')
    await helpUser(app.deps, person.email, 'ban', { reason: 'spam' })
    expect(await outcomeOf(passkey)).toBe('user:banned')
    await helpUser(app.deps, person.email, 'unban')
    expect(await outcomeOf(passkey)).toBe(204)
  })

  test('delete erases them', async () => {
    const { person, passkey } = await withPasskey(app)
    await helpUser(app.deps, person.email, 'delete')
    expect(await outcomeOf(passkey)).toBe('passkey:unknown_credential')
    expect(await app.sql('select id from passkeys where credential_id = $1', [passkey.credentialId])).toEqual([])
  })
})

describe('POST /v0/auth/reset-password', () => {
  test('passkeys stay, what they opened has ended, and the mail says how many there are', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const resetTo = async (password: string) => {
      const { length } = await mailsTo(app, person.email)
      expect((await app.client().post('/v0/auth/forgot-password', { email: person.email })).status).toBe(204)
      const token = await mailedToken(app, person.email, length + 1)
      expect((await app.client().post('/v0/auth/reset-password', { token, new_password: password })).status).toBe(204)
      return (await mailsTo(app, person.email, length + 2))[0]
    }
    const mail = await resetTo('a wholly new passphrase')
    expect(mail?.subject).toBe('Your password was reset')
    expect(mail?.text).toContain('The passkey of your account still signs in')
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
    const owner = app.client()
    expect((await signInWith(owner, passkey)).status).toBe(204)
    await register(owner)
    // That of the device and that of the passkey came, too.
    await mailsTo(app, person.email, 6)
    expect((await resetTo('another new passphrase'))?.text).toContain('The 2 passkeys of your account still sign in')
    expect((await owner.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect(await outcomeOf(passkey)).toBe(204)
    expect(await eventsOf(app, person)).not.toContain('passkey_deleted')
  })
})
