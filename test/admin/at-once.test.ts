import { beforeAll, describe, expect, test } from 'vitest'
import { revokeRole } from '../../src/operator/operate-roles.ts'
import { url as invitations, post as inviteBy, invited } from '../invitations/support.ts'
import { adminWithCode, said, somebody, unknownId } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { act, actOf, acts, nameOf, notedOf, type Target } from './acts.ts'
import { aBan, answeredAfter, inConsole, lossOfRole, waitForLock, whileLocked } from './support.ts'

const app = useApp({ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' })
type Administrator = Awaited<ReturnType<typeof inConsole>>
let one: Administrator
let other: Administrator
beforeAll(async () => {
  ;[one, other] = [await inConsole(app), await inConsole(app)]
})

const asTarget = ({ id, person }: Pick<Administrator, 'id' | 'person'>) => ({
  id,
  email: person.email,
  part: person.handle,
})
const administrators = () => app.sql("select user_id from user_roles where role = 'admin'")

test('two administrators who do the same to a user: each act happens, and is noted, as often as it is answered', async () => {
  for (const each of acts) {
    const target = await each.prepare(app)
    const answers = await Promise.all([one, other].map(({ client }) => act(each, client, target)))
    const done = answers.filter(({ status }) => status < 300)
    expect([nameOf(each), done.length]).not.toEqual([nameOf(each), 0])
    expect([nameOf(each), await notedOf(app, target.id)]).toEqual([nameOf(each), done.map(() => expect.anything())])
    for (const { status } of answers) expect([nameOf(each), status < 500]).toEqual([nameOf(each), true])
  }
})

test('one deletes a user whom the other resets, renames or signs out: afterwards the account is erased', async () => {
  for (const name of ['POST second-factor/reset', 'PATCH ', 'DELETE sessions', 'POST password-reset']) {
    for (let turn = 0; turn < turns(2, 20); turn++) {
      const own = await somebody(app)
      const target = asTarget(own)
      const [deleted, did] = await Promise.all([
        act(actOf('DELETE '), one.client, target),
        act(actOf(name), other.client, target),
      ])
      expect([name, deleted.status]).toEqual([name, 204])
      expect([undefined, 'user:not_found', 'totp:not_enabled']).toContain(did.code)
      const left = await app.sql("select id from users where id = $1 and (deleted_at is null or display_name <> '')", [
        own.id,
      ])
      expect(left).toEqual([])
    }
  }
})

test('administrators who act on each other are both refused, wait for nobody, and both stay [AZ4]', async () => {
  for (let turn = 0; turn < turns(3, 50); turn++) {
    const [his, hers] = [one, other].map((each) => ({ ...asTarget(each), part: unknownId }))
    const answers = await Promise.all(
      acts.flatMap((each) => [act(each, one.client, hers as Target), act(each, other.client, his as Target)]),
    )
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['user:cannot_manage_higher_or_equal_role']))
  }
  expect(await administrators()).toHaveLength(2)
})

test('an administrator whose role is taken meanwhile either did it before, or did not', async () => {
  for (let turn = 0; turn < turns(2, 20); turn++) {
    const [own, third] = [await somebody(app), await inConsole(app)]
    const [answer] = await Promise.all([
      act(actOf('PATCH '), third.client, asTarget(own)),
      revokeRole(app.deps, third.person.email, 'admin'),
    ])
    const done = answer.status === 200
    if (!done) expect(['user:permission_insufficient', 'user:invalid_session']).toContain(answer.code)
    expect(await notedOf(app, own.id)).toHaveLength(done ? 1 : 0)
  }
  expect(await administrators()).toHaveLength(2)
})

/** What administrators write that is done to no account. */
const others: readonly [string, (by: TestClient) => Promise<() => ReturnType<TestClient['post']>>][] = [
  ['POST invitations', async (by) => () => inviteBy(by)],
  [
    'DELETE invitations/{id}',
    async (by) => {
      const { id } = await invited(app, by)
      return () => by.send('DELETE', `${invitations}/${id}`, { body: { reason: 'a mistake' } })
    },
  ],
  [
    'POST invitations/{id}/resend',
    async (by) => {
      const { id } = await invited(app, by)
      return () => by.post(`${invitations}/${id}/resend`, { reason: 'it was lost' })
    },
  ],
  ['POST mails/{id}/retry', async (by) => () => by.post(`/v0/admin/mails/${unknownId}/retry`, { reason: 'again' })],
]

describe.each(others)('%s: an administrator who is none by the time that it happens', (_, prepare) => {
  test.each([
    ['user:permission_insufficient', lossOfRole],
    ['user:banned', aBan],
  ])('%s [AD3]', async (code, change) => {
    const own = await inConsole(app)
    const ask = await prepare(own.client)
    const noted = () => app.sql('select id from moderation_logs where actor_id = $1', [own.id])
    const before = await noted()
    expect(said(await answeredAfter(app, own, change, ask))).toEqual([403, code])
    expect(await noted()).toEqual(before)
    await app.sql(lossOfRole, [own.id])
  })
})

test('user:banned: an act on an account by somebody who was banned meanwhile [AD3]', async () => {
  const [own, target] = [await inConsole(app), await somebody(app)]
  const ask = () => act(actOf('PATCH '), own.client, asTarget(target))
  expect(said(await answeredAfter(app, own, aBan, ask))).toEqual([403, 'user:banned'])
  expect(await notedOf(app, target.id)).toEqual([])
  await app.sql(lossOfRole, [own.id])
})

test('a console that opens while the operator takes the role has ended as well [AD1]', async () => {
  const own = await adminWithCode(app)
  let both: Promise<unknown> | undefined
  const sessions = "select from sessions where user_id = $1 and kind = 'user' for update"
  await whileLocked(app, [sessions, own.id], async () => {
    const opening = own.client.post('/v0/admin/session')
    await waitForLock(app)
    const taking = revokeRole(app.deps, own.person.email, 'admin')
    both = Promise.all([opening, taking])
    await waitForLock(app, 2)
  })
  expect(await both).toEqual([expect.objectContaining({ status: 204 }), 'revoked'])
  const live = "select id from sessions where user_id = $1 and kind = 'console' and ended_at is null"
  expect(await app.sql(live, [own.id])).toEqual([])
})
