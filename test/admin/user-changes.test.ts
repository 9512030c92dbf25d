import { beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { appWith, brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson } from '../support/people.ts'
import { act, actOf } from './acts.ts'
import { inConsole, withConsoleAlone } from './support.ts'

const app = useApp()
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  admin = await inConsole(app)
})

const target = async () => {
  const own = await somebody(app)
  return { ...own, email: own.person.email, part: own.person.handle }
}

describe('PATCH /v0/admin/users/{id}', () => {
  const change = actOf('PATCH ')
  const patch = (whose: Awaited<ReturnType<typeof target>>, fields: object) =>
    act({ ...change, more: () => fields }, admin.client, whose)

  test('changes what was sent, at once for everybody; the others stay', async () => {
    const own = await target()
    const { handle } = newPerson()
    const answer = await patch(own, { handle, bio: 'Analyst', locale: 'pt-br' })
    const { display_name } = (await own.client.get('/v0/user/me')).body
    const profile = { handle, display_name, bio: 'Analyst', locale: 'pt-BR' }
    expect([answer.status, answer.body]).toEqual([200, { id: own.id, ...profile }])
    expect((await own.client.get('/v0/user/me')).body).toMatchObject(profile)
    const [log] = await app.sql('select metadata from moderation_logs where resource_id = $1', [own.id])
    expect(log).toEqual({ metadata: { changed: 'handle,bio,locale' } })
    expect((await app.client().get(`/v0/users/handle/${own.part}/available`)).body).toEqual({ available: true })
  })

  test('null clears bio and language', async () => {
    const own = await target()
    await patch(own, { bio: 'Analyst', locale: 'de' })
    const { body } = await patch(own, { bio: null, locale: null })
    expect(Object.keys(body).sort()).toEqual(['display_name', 'handle', 'id'])
  })

  test('user:handle_already_exists, and nothing is noted', async () => {
    const [own, other] = [await target(), await target()]
    expect(said(await patch(own, { handle: other.part.toUpperCase() }))).toEqual([409, 'user:handle_already_exists'])
    expect(await app.sql('select id from moderation_logs where resource_id = $1', [own.id])).toEqual([])
  })

  test('general:bad_request: nothing to change', async () => {
    expect(said(await patch(await target(), {}))).toEqual([400, 'general:bad_request'])
  })
})

describe('POST /v0/admin/users/{id}/change-email', () => {
  const change = actOf('POST change-email')
  const ask = (whose: Awaited<ReturnType<typeof target>>, new_email: string) =>
    act({ ...change, more: () => ({ new_email }) }, admin.client, whose)

  test('a link to the new address, a notice to the old one; only the link changes it, and that can be undone [EM4]', async () => {
    const own = await target()
    const { email } = newPerson()
    const answer = await ask(own, email)
    expect([answer.status, Object.keys(answer.body)]).toEqual([202, ['message']])
    const token = await mailedToken(app, email)
    expect((await mailsTo(app, own.email, 2))[0]?.text).not.toContain(token)
    expect((await own.client.get('/v0/user/me')).body.email).toBe(own.email)
    expect((await app.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
    const login = await app.client().post('/v0/auth/login', { ...own.person, email })
    expect(login.status).toBe(202)
    const undo = await mailedToken(app, own.email, 3)
    expect((await app.client().post('/v0/auth/undo-email-change', { token: undo })).status).toBe(204)
  })

  test('user:email_already_exists', async () => {
    const [own, other] = [await target(), await target()]
    expect(said(await ask(own, other.email))).toEqual([409, 'user:email_already_exists'])
  })

  test('general:validation_error: the address that the account has', async () => {
    const own = await target()
    expect((await ask(own, own.email)).body.fields).toEqual([{ path: '/new_email', rule: 'unchanged' }])
  })

  test('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed: the mail is kept', async () => {
    const own = await appWith({})
    const [by, { id, person }] = [await inConsole(own), await somebody(own)]
    for (const [broken, code] of await brokenWorkers(own)) {
      const whose = { id, email: person.email }
      expect((await act(change, withConsoleAlone(broken, by), whose)).code).toBe(code)
    }
    const kept = "select id from mailed_tokens where user_id = $1 and purpose = 'email_change'"
    expect(await own.sql(kept, [id])).toHaveLength(3)
  })
})

describe('DELETE /v0/admin/users/{id}', () => {
  const remove = actOf('DELETE ')

  test('erases the account as its owner would; the log keeps who did it and why [DA2]', async () => {
    const own = await target()
    expect((await act(remove, admin.client, own)).status).toBe(204)
    expect(said(await own.client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    const [row] = await app.sql('select email, display_name, deleted_at is not null as gone from users where id = $1', [
      own.id,
    ])
    expect(row).toEqual({ email: '', display_name: '', gone: true })
    const events = await app.sql('select metadata from security_events where user_id = $1', [own.id])
    expect(new Set(events.map((event) => (event as { metadata: unknown }).metadata))).toEqual(new Set([null]))
  })

  test('general:validation_error: the handle of another account', async () => {
    const [own, other] = [await target(), await target()]
    const answer = await act(remove, admin.client, own, { confirm: other.part })
    expect(answer.body.fields).toEqual([{ path: '/confirm', rule: 'one_of', values: [own.part] }])
    expect((await own.client.get('/v0/user/me')).status).toBe(200)
    expect((await act(remove, admin.client, own, { confirm: own.part.toUpperCase() })).status).toBe(204)
  })
})
