import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { audit } from '../../src/accounts/history.ts'
import { transaction } from '../../src/db/transaction.ts'
import { addWebhook, removeWebhook } from '../../src/events/webhooks.ts'
import { somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { startOtherServer } from '../support/native-provider.ts'
import { runAdmin } from '../support/server-process.ts'

let app: TestApp
const operator = await startOtherServer()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.close()
  await operator.stop()
})

const admin = (...parameters: string[]) => runAdmin(app, parameters)
const posts = (path: string) =>
  operator.asked
    .filter((one) => one.path === path)
    .map(({ headers, body }) => ({ headers, event: JSON.parse(body) as Event, body }))
type Event = { readonly id: string; readonly type: string; readonly user_id: string }
const untilPosted = (path: string, atLeast: number) =>
  expect.poll(() => posts(path).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(atLeast)

/** As an operator does it. */
async function addByCommand(path: string) {
  const { out } = await admin('webhooks', 'add', operator.url + path)
  return { id: /^id +(\S+)$/m.exec(out)?.[1] ?? '', secret: /^secret +whsec_(\S+)$/m.exec(out)?.[1] ?? '' }
}

/** The same without a process of its own, which takes a second each. */
const add = (path: string) => addWebhook(app.deps, operator.url + path)

describe('npm run admin -- webhooks', () => {
  test('every event is posted, signed as the Standard Webhooks libraries check it, until the webhook is removed', async () => {
    operator.replies.set('/hook', { body: '' })
    const { id, secret } = await addByCommand('/hook')
    const { id: userId, person } = await somebody(app)
    await app.client().post('/v0/auth/login', { email: person.email, password: 'not the password' })
    await untilPosted('/hook', 2)
    expect(posts('/hook').map(({ event }) => event.type)).toEqual(expect.arrayContaining(['sign_up', 'login_failed']))
    for (const { headers, event, body } of posts('/hook')) {
      expect(event.user_id).toBe(userId)
      expect(headers).toMatchObject({ 'webhook-id': event.id, 'content-type': 'application/json' })
      const signed = `${event.id}.${String(headers['webhook-timestamp'])}.${body}`
      const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest('base64')
      expect(headers['webhook-signature']).toBe(`v1,${signature}`)
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60)
      expect(body).not.toContain(person.email)
    }
    expect((await admin('webhooks', 'list')).out.trim()).toBe(`${id} ${operator.url}/hook`)
    expect((await admin('webhooks', 'remove', id)).code).toBe(0)
    expect(await removeWebhook(app.deps.db, id)).toBe(false)
    const before = posts('/hook').length
    await app.client().post('/v0/auth/login', { email: person.email, password: 'not the password' })
    await expect.poll(() => app.sql('select 1 from event_outbox'), { timeout: 10_000 }).toEqual([])
    expect(posts('/hook')).toHaveLength(before)
  })

  test('what is not taken is posted again, with the same id; the log says which webhook it was, and why [FD67]', async () => {
    operator.replies.set('/ill', { status: 500, body: '' })
    const { id: webhookId } = (await add('/ill')) ?? {}
    await somebody(app)
    await untilPosted('/ill', 1)
    const said = () => app.warnings.filter((line) => line.webhookId === webhookId)
    await expect.poll(said).not.toEqual([])
    expect(said()[0]).toMatchObject({
      queue: 'deliver-webhook',
      eventId: posts('/ill')[0]?.event.id,
      cause: { message: 'the webhook answered 500' },
    })
    operator.replies.set('/ill', { body: '' })
    const [first] = posts('/ill')
    await expect
      .poll(() => posts('/ill').filter(({ event }) => event.id === first?.event.id).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(2)
    const again = posts('/ill').filter(({ event }) => event.id === first?.event.id)
    expect(new Set(again.map(({ body }) => body)).size).toBe(1)
  }, 40_000)

  test('an account to which much happens does not hold up what is told of others [AT2]', async () => {
    const [busy, other] = [await somebody(app), await somebody(app)]
    await expect.poll(() => app.sql('select 1 from event_outbox'), { timeout: 10_000 }).toEqual([])
    const told: string[] = []
    const held = Promise.withResolvers<void>()
    const slow = createServer(async (request, response) => {
      const { user_id: userId } = (await json(request)) as Event
      told.push(userId)
      if (userId === busy.id) await held.promise
      response.end()
    })
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      held.resolve()
      slow.close()
    })
    const { id = '' } = (await addWebhook(app.deps, `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`)) ?? {}
    onTestFinished(() => void removeWebhook(app.deps.db, id))
    const happens = (userId: string) =>
      transaction(app.deps.pool, (tx) => audit(tx, { type: 'logout', userId, client: undefined }))
    for (let count = 0; count < 24; count++) await happens(busy.id)
    await happens(other.id)
    // Three at a time, each given up after five seconds, those before it would take 40 s.
    await expect.poll(() => told.includes(other.id), { timeout: 15_000 }).toBe(true)
  })

  test('secrets are sealed, and go on after a new encryption key', async () => {
    operator.replies.set('/sealed', { body: '' })
    const { id = '', secret = '' } = (await add('/sealed')) ?? {}
    const [row] = await app.sql<{ sealed_secret: Buffer }>('select sealed_secret from webhooks where id = $1', [id])
    expect([secret.length > 40, row?.sealed_secret.includes(secret)]).toEqual([true, false])
    expect((await admin('keys', 'rotate')).code).toBe(0)
    await somebody(app)
    await untilPosted('/sealed', 1)
  })

  test.each([
    ['no URL', 'nowhere'],
    ['another scheme', 'ftp://example.com/'],
    ['userinfo', 'https://me:secret@example.com/'],
    ['an address that is not public', 'https://169.254.169.254/'],
  ])('%s is refused [FS4]', async (_, url) => {
    expect(await addWebhook(app.deps, url)).toBeUndefined()
  })

  test('what is refused says what would not be', async () => {
    const { code, err } = await admin('webhooks', 'add', 'nowhere')
    expect([code, err]).toEqual([1, expect.stringContaining('Events may not be posted to')])
  })
})
