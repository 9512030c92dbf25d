import { beforeAll, describe, expect, test } from 'vitest'
import { unknownId } from '../moderation/support.ts'
import { type TestApp, useApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { readOpenApi } from '../support/openapi.ts'
import { startOwnRedis } from '../support/redis.ts'
import { act, acts, expectDone, made, nameOf, notedOf, reason, stateOf } from './acts.ts'
import { inConsole } from './support.ts'

const env = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' }
const app = useApp(env)
type Administrator = Awaited<ReturnType<typeof inConsole>>
let admin: Administrator
let mod: Administrator
let equal: Awaited<ReturnType<typeof made>>
beforeAll(async () => {
  ;[admin, mod, equal] = [await inConsole(app), await inConsole(app, 'mod'), await made(app, 'admin')]
})

/** Of all acts, so that each test is one account's. */
const refuses = async (one: (typeof acts)[number], answer: () => ReturnType<typeof act>, said: readonly unknown[]) => {
  const refused = await answer()
  expect([nameOf(one), refused.status, refused.code]).toEqual([nameOf(one), ...said])
}

describe.each(acts.map((one) => [nameOf(one), one] as const))('%s', (_, one) => {
  test('is done, and both logs name the actor and the reason by one id [AD4]', async () => {
    const target = await one.prepare(app)
    expectDone((await act(one, admin.client, target)).status)
    const erased = one.event === 'deletion_requested'
    expect(await notedOf(app, target.id)).toEqual([
      { action: one.action, actor_id: admin.id, reason, type: one.event, told: erased ? null : reason },
    ])
  })

  test('general:bad_request: no reason, or an empty one', async () => {
    const target = { id: unknownId, email: '', part: unknownId }
    for (const none of [undefined, '', null])
      expect((await act(one, admin.client, target, { reason: none })).body.fields).toEqual(
        expect.arrayContaining([{ path: '/reason', rule: 'required' }]),
      )
  })

  test('user:cannot_manage_self [AD3]', async () => {
    const self = { id: admin.id, email: admin.person.email, part: unknownId }
    for (const id of [self.id, self.id.toUpperCase()])
      await refuses(one, () => act(one, admin.client, { ...self, id }), [403, 'user:cannot_manage_self'])
  })

  test('user:cannot_manage_higher_or_equal_role: an administrator, to whom nothing happens [AD3]', async () => {
    const before = await stateOf(app, equal.id)
    const refusal = [403, 'user:cannot_manage_higher_or_equal_role']
    await refuses(one, () => act(one, admin.client, { ...equal, part: unknownId }), refusal)
    expect([await stateOf(app, equal.id), await notedOf(app, equal.id)]).toEqual([before, []])
  })

  test('user:not_found: nobody, and no id', async () => {
    for (const id of [unknownId, 'nobody'])
      await refuses(one, () => act(one, admin.client, { id, email: '', part: unknownId }), [404, 'user:not_found'])
  })

  test('user:permission_insufficient: a moderator, who only reads', async () => {
    const target = { id: unknownId, email: '', part: unknownId }
    await refuses(one, () => act(one, mod.client, target), [403, 'user:permission_insufficient'])
  })

  test('user:reauthentication_required: a console session of more than five minutes', async () => {
    const stale = await staleAdmin()
    const target = { id: unknownId, email: '', part: unknownId }
    await refuses(one, () => act(one, stale.client, target), [401, 'user:reauthentication_required'])
  })
})

let stale: Promise<Administrator> | undefined
function staleAdmin(): Promise<Administrator> {
  stale ??= inConsole(app).then(async (own) => {
    await app.sql("update sessions set authenticated_at = now() - interval '5 minutes 1 second' where user_id = $1", [
      own.id,
    ])
    return own
  })
  return stale
}

test('the table has every write on a user', async () => {
  const { paths } = (await readOpenApi(app)) as { paths: Record<string, Record<string, unknown>> }
  const writes = Object.entries(paths)
    // What begins an impersonation is in test/impersonation.
    .filter(([path]) => path.startsWith('/v0/admin/users/{id}') && !path.endsWith('/impersonation'))
    .flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get')
        .map((method) => `${method.toUpperCase()} ${path.replace(/^\/v0\/admin\/users\/\{id\}\/?/, '')}`),
    )
  const known = acts.map((one) => nameOf(one).replace(':part', '{part}'))
  expect(writes.map((name) => name.replace(/\{\w+\}/, '{part}')).toSorted()).toEqual(known.toSorted())
})

test('eventstream:publish_failed: without the stream nothing is done and nothing noted [AD4 FT4]', async () => {
  const redis = await startOwnRedis()
  const own: TestApp = await appWith({ ...env, REDIS_URL: redis.url })
  const by = await inConsole(own)
  for (const one of acts) {
    const target = await one.prepare(own)
    const before = await stateOf(own, target.id)
    await redis.pause()
    await refuses(one, () => act(one, by.client, target), [503, 'eventstream:publish_failed'])
    expect([await stateOf(own, target.id), await notedOf(own, target.id)]).toEqual([before, []])
    await redis.resume()
    await expect.poll(async () => (await act(one, by.client, target)).status, { timeout: 15_000 }).toBeLessThan(300)
  }
  await redis.stop()
})
