import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inConsole, withConsoleAlone } from '../admin/support.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { atWork, entered, listUrl, startedBy } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ IMPERSONATION: 'event' })
})
afterAll(() => app.close())

describe(`GET ${listUrl}`, () => {
  test('shows every administrator who is in whose account, and who may enter, newest first', async () => {
    const [one, two] = [await atWork(app), await atWork(app)]
    const first = await startedBy(one.console, one.target.id)
    const second = await startedBy(two.console, two.target.id, { read_only: false, minutes: 5 })
    await entered(app, first.token)
    const { status, body } = await one.console.get(listUrl)
    expect([status, Object.keys(body)]).toEqual([200, ['data']])
    const person = ({ id, person }: { id: string; person: { handle: string } }) => ({ id, handle: person.handle })
    expect(body.data).toEqual([
      expect.objectContaining({
        id: second.id,
        user: person(two.target),
        impersonator: person(two.admin),
        read_only: false,
        is_entered: false,
      }),
      expect.objectContaining({
        id: first.id,
        user: person(one.target),
        impersonator: person(one.admin),
        read_only: true,
        is_entered: true,
        user_agent: 'Postern tests',
      }),
    ])
  })

  test('leaves out what is over', async () => {
    const { console, target } = await atWork(app)
    const [ended, expired] = [await startedBy(console, target.id), await startedBy(console, target.id)]
    await app.sql('update sessions set ended_at = now() where id = $1', [ended.id])
    await app.sql('update sessions set expires_at = now() where id = $1', [expired.id])
    const { body } = await console.get(`${listUrl}?limit=100`)
    const ids = (body.data as { id: string }[]).map(({ id }) => id)
    expect(ids.filter((id) => id === ended.id || id === expired.id)).toEqual([])
  })

  test('goes on where a page ended', async () => {
    const { console, target } = await atWork(app)
    const [older, newer] = [await startedBy(console, target.id), await startedBy(console, target.id)]
    const first = await console.get(`${listUrl}?limit=1`)
    expect([first.body.data, first.body.next_cursor]).toEqual([[expect.objectContaining({ id: newer.id })], newer.id])
    const second = await console.get(`${listUrl}?limit=1&cursor=${newer.id}`)
    expect(second.body.data).toEqual([expect.objectContaining({ id: older.id })])
  })

  test('general:bad_request: a cursor that is none', async () => {
    const { console } = await atWork(app)
    expect(said(await console.get(`${listUrl}?cursor=x`))).toEqual([400, 'general:bad_request'])
  })

  test('general:validation_error: more than a hundred', async () => {
    const { console } = await atWork(app)
    expect(said(await console.get(`${listUrl}?limit=101`))).toEqual([400, 'general:validation_error'])
  })

  test('user:permission_insufficient: moderators do not see it', async () => {
    const mod = withConsoleAlone(app, await inConsole(app, 'mod'))
    expect(said(await mod.get(listUrl))).toEqual([403, 'user:permission_insufficient'])
  })
})
