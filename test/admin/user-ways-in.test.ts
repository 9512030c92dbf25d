import { beforeAll, describe, expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { register, withoutPassword, withPasskey } from '../passkeys/support.ts'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo } from '../support/people.ts'
import { historyOf } from '../support/provider.ts'
import { act, actOf, connected } from './acts.ts'
import { inConsole } from './support.ts'

// Where a mailbox is a way in, no other is the last.
const app = useApp({ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret', EMAIL_SIGN_IN: 'off' })
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  admin = await inConsole(app)
})

const idOf = async ({ get }: TestClient) => String((await get('/v0/user/me')).body.id)
const subjectsOf = async (email: string, atLeast: number) =>
  (await mailsTo(app, email, atLeast)).map(({ subject }) => subject)

describe('DELETE /v0/admin/users/{id}/passkeys/{passkey_id}', () => {
  const remove = actOf('DELETE passkeys/:part')

  test('the passkey opens nothing, its owner is told, and the history says so without naming who', async () => {
    const { person, client, id: part } = await withPasskey(app)
    const target = { id: await idOf(client), email: person.email, part }
    expect((await act(remove, admin.client, target)).status).toBe(204)
    expect((await client.get('/v0/auth/passkeys')).body.passkeys).toEqual([])
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(0)
    expect((await historyOf(client)).filter((type) => type === 'passkey_deleted')).toHaveLength(1)
    expect(await subjectsOf(person.email, 3)).toContain('A passkey of your account was deleted')
    expect(JSON.stringify((await client.get('/v0/user/me/security-events')).body)).not.toContain(admin.id)
  })

  test("system:not_found: no such passkey, or somebody else's", async () => {
    const [own, other] = [await somebody(app), await withPasskey(app)]
    for (const part of ['x', unknownId, other.id]) {
      const target = { id: own.id, email: own.person.email, part }
      expect(said(await act(remove, admin.client, target))).toEqual([404, 'system:not_found'])
    }
  })

  test('passkey:last_login_method: of two administrators who delete one each, one is refused [PK7 TK7]', async () => {
    const { person, client, id } = await withPasskey(app)
    const second = await register(client)
    await withoutPassword(app, person)
    const [target, other] = [{ id: await idOf(client), email: person.email }, await inConsole(app)]
    const answers = await Promise.all([
      act(remove, admin.client, { ...target, part: id }),
      act(remove, other.client, { ...target, part: second.id }),
    ])
    expect(answers.map(({ code }) => code).sort()).toEqual(['passkey:last_login_method', undefined])
  })
})

describe('DELETE /v0/admin/users/{id}/connections/{provider}', () => {
  const unlink = actOf('DELETE connections/:part')

  test('the provider opens the account no more, and its owner is told', async () => {
    const target = await connected(app)
    expect((await act(unlink, admin.client, target)).status).toBe(204)
    expect(await app.sql('select id from oauth_identities where user_id = $1', [target.id])).toEqual([])
    expect(await subjectsOf(target.email, 2)).toContain('A way to sign in was removed')
  })

  test('system:not_found: the user has no such connection', async () => {
    const target = await connected(app)
    for (const part of ['github', 'nobody', 'x y', 'google%00'])
      expect(said(await act(unlink, admin.client, { ...target, part }))).toEqual([404, 'system:not_found'])
  })

  test('oauth:cannot_unlink_last_connection', async () => {
    const target = await connected(app)
    await app.sql('update users set password_hash = null where id = $1', [target.id])
    expect(said(await act(unlink, admin.client, target))).toEqual([400, 'oauth:cannot_unlink_last_connection'])
  })
})
