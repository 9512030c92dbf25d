import { beforeAll, describe, expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { mailedToken, newPerson, signedInOnDevice } from '../support/people.ts'
import { act, actOf } from './acts.ts'
import { inConsole } from './support.ts'

const app = useApp()
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  admin = await inConsole(app)
})

const idsOf = (table: string, userId: string, more = '') =>
  app.sql<{ id: string }>(`select id from ${table} where user_id = $1 ${more}`, [userId])

describe('DELETE /v0/admin/users/{id}/sessions', () => {
  test('ends every session at once, and what was under way in them [AT7 SE5]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const id = String((await client.get('/v0/user/me')).body.id)
    const newEmail = newPerson().email
    await client.post('/v0/auth/change-email', { password: person.password, new_email: newEmail })
    const token = await mailedToken(app, newEmail)
    const target = { id, email: person.email }
    expect((await act(actOf('DELETE sessions'), admin.client, target)).status).toBe(204)
    expect(said(await client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    expect(await idsOf('sessions', id, 'and ended_at is null')).toEqual([])
    expect((await app.client().post('/v0/auth/confirm-email-change', { token })).code).toBe(
      'token:invalid_email_change',
    )
    expect((await client.post('/v0/auth/login', person)).status).toBe(204)
  })

  test('ends a console session as well: that of a moderator', async () => {
    const mod = await inConsole(app, 'mod')
    await act(actOf('DELETE sessions'), admin.client, { id: mod.id, email: mod.person.email })
    expect(said(await mod.client.get('/v0/admin/me'))).toEqual([401, 'user:invalid_session'])
  })
})

describe('DELETE /v0/admin/users/{id}/sessions/{management_id}', () => {
  test('ends this session; the others go on', async () => {
    const { person, client } = await signedInOnDevice(app)
    const id = String((await client.get('/v0/user/me')).body.id)
    const { sessions } = (await client.get('/v0/auth/sessions')).body as {
      sessions: { management_id: string; is_current: boolean }[]
    }
    const other = sessions.find(({ is_current }) => !is_current)?.management_id ?? ''
    const target = { id, email: person.email, part: other }
    expect((await act(actOf('DELETE sessions/:part'), admin.client, target)).status).toBe(204)
    const left = (await client.get('/v0/auth/sessions')).body.sessions as typeof sessions
    expect(left.map(({ management_id }) => management_id)).not.toContain(other)
    expect(left).toHaveLength(sessions.length - 1)
  })

  test("system:not_found: no such session, one that ended, somebody else's [SE6]", async () => {
    const [own, other] = [await somebody(app), await somebody(app)]
    const [theirs] = await idsOf('sessions', other.id)
    for (const part of ['x', unknownId, theirs?.id ?? '']) {
      const target = { id: own.id, email: own.person.email, part }
      const answer = await act(actOf('DELETE sessions/:part'), admin.client, target)
      expect(said(answer)).toEqual([404, 'system:not_found'])
    }
    expect((await other.client.get('/v0/user/me')).status).toBe(200)
  })
})

describe('DELETE /v0/admin/users/{id}/devices', () => {
  test('every device needs a mailed link again; the session goes on', async () => {
    const { person, client } = await signedInOnDevice(app)
    const id = String((await client.get('/v0/user/me')).body.id)
    const target = { id, email: person.email }
    expect((await act(actOf('DELETE devices'), admin.client, target)).status).toBe(204)
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect((await client.post('/v0/auth/login', person)).status).toBe(202)
  })
})

describe('DELETE /v0/admin/users/{id}/devices/{device_id}', () => {
  test("system:not_found: no such device, or somebody else's, which stays", async () => {
    const [own, { client }] = [await somebody(app), await signedInOnDevice(app)]
    const other = String((await client.get('/v0/user/me')).body.id)
    const [theirs] = await idsOf('devices', other)
    for (const part of ['x', unknownId, theirs?.id ?? '']) {
      const target = { id: own.id, email: own.person.email, part }
      const answer = await act(actOf('DELETE devices/:part'), admin.client, target)
      expect(said(answer)).toEqual([404, 'system:not_found'])
    }
    expect(await idsOf('devices', other)).toHaveLength(1)
  })

  test('forgets this one alone', async () => {
    const { person, client } = await signedInOnDevice(app)
    const id = String((await client.get('/v0/user/me')).body.id)
    const [known] = await idsOf('devices', id)
    const target = { id, email: person.email, part: known?.id ?? '' }
    expect((await act(actOf('DELETE devices/:part'), admin.client, target)).status).toBe(204)
    expect(await idsOf('devices', id)).toEqual([])
    expect((await client.post('/v0/auth/login', person)).status).toBe(202)
  })
})
