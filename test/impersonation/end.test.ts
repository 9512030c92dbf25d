import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inConsole, withConsoleAlone } from '../admin/support.ts'
import { said, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { atWork, enterUrl, eventsOf, impersonating, listUrl, startedBy } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ IMPERSONATION: 'event' })
})
afterAll(() => app.close())

const reason = 'the ticket is closed'
const endUrl = (id: string) => `${listUrl}/${id}`

describe(`DELETE ${listUrl}/{id}`, () => {
  test('puts whoever is in the account out at once, whoever began it, and says so in log and history [AD4 AD6]', async () => {
    const { id, browser, target } = await impersonating(app)
    const other = await inConsole(app)
    const answer = await withConsoleAlone(app, other).send('DELETE', endUrl(id), { body: { reason } })
    expect(answer.status).toBe(204)
    expect(said(await browser.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    const [noted] = await app.sql(
      `select l.action, l.actor_id, l.reason, e.type, e.metadata from moderation_logs l
       join security_events e using (id) where l.resource_id = $1 and l.action = 'user:end_impersonation'`,
      [target.id],
    )
    expect(noted).toEqual({
      action: 'user:end_impersonation',
      actor_id: other.id,
      reason,
      type: 'impersonation_ended',
      metadata: { session_id: id, reason },
    })
    expect((await eventsOf(app, target.id)).map(({ type }) => type)).toEqual([
      'impersonation_started',
      'impersonation_ended',
    ])
    expect((await target.client.get('/v0/user/me')).status).toBe(200)
  })

  test('kills the link that was not used yet [AD6]', async () => {
    const { console, target } = await atWork(app)
    const { id, token } = await startedBy(console, target.id)
    expect((await console.send('DELETE', endUrl(id), { body: { reason } })).status).toBe(204)
    expect(said(await app.client().post(enterUrl, { token }))).toEqual([400, 'token:invalid_impersonation'])
  })

  test('system:not_found: unknown, over, or the session of somebody else', async () => {
    const { id, console, target } = await impersonating(app)
    const [own] = await app.sql<{ id: string }>("select id from sessions where user_id = $1 and kind = 'user'", [
      target.id,
    ])
    await console.send('DELETE', endUrl(id), { body: { reason } })
    for (const one of [id, unknownId, 'none', own?.id ?? ''])
      expect(said(await console.send('DELETE', endUrl(one), { body: { reason } }))).toEqual([404, 'system:not_found'])
    expect((await target.client.get('/v0/user/me')).status).toBe(200)
  })

  test('general:bad_request: no reason', async () => {
    const { id, console, browser } = await impersonating(app)
    expect(said(await console.send('DELETE', endUrl(id), { body: {} }))).toEqual([400, 'general:bad_request'])
    expect((await browser.get('/v0/user/me')).status).toBe(200)
  })

  test('user:permission_insufficient: moderators end none', async () => {
    const { id, browser } = await impersonating(app)
    const mod = withConsoleAlone(app, await inConsole(app, 'mod'))
    const answer = await mod.send('DELETE', endUrl(id), { body: { reason } })
    expect(said(answer)).toEqual([403, 'user:permission_insufficient'])
    expect((await browser.get('/v0/user/me')).status).toBe(200)
  })
})
