import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminWithCode, said, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { hangingWorker, lyingWorker } from '../support/mail-way.ts'
import { mailedToken, signedUp } from '../support/people.ts'
import { administrator, beside, invited, newHandle, post, url } from './support.ts'

let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
let client: TestClient
beforeAll(async () => {
  app = await startApp()
  admin = await administrator(app)
  client = admin.client
})
afterAll(() => app.close())

const reason = 'was asked to'
const accept = (token: string) => app.client().post('/v0/auth/accept-invitation', { token, handle: newHandle() })
const revoke = (by: TestClient, id: string) => by.send('DELETE', `${url}/${id}`, { body: { reason } })
const resend = (by: TestClient, id: string) => by.post(`${url}/${id}/resend`, { reason })
const acts = (id: string) =>
  app.sql('select action, reason from moderation_logs where resource_id = $1 order by created_at, id', [id])

describe(`DELETE ${url}/{id}`, () => {
  test('afterwards its link makes no account; it is in the log', async () => {
    const { id, token } = await invited(app, client)
    expect(said(await revoke(client, id))).toEqual([204, undefined])
    expect(said(await accept(token))).toEqual([400, 'token:invalid_invitation'])
    expect(await acts(id)).toEqual([
      { action: 'invitation:create', reason: 'a colleague' },
      { action: 'invitation:revoke', reason },
    ])
  })

  test('system:not_found: unknown, revoked or accepted already', async () => {
    const { id, token } = await invited(app, client)
    expect((await accept(token)).status).toBe(204)
    const gone = await invited(app, client)
    await revoke(client, gone.id)
    for (const one of [id, gone.id, unknownId, 'none'])
      expect(said(await revoke(client, one))).toEqual([404, 'system:not_found'])
  })
})

describe(`POST ${url}/{id}/resend`, () => {
  test('a fresh link for as long as the first one, also after that has expired; the earlier one is dead', async () => {
    const { id, email, token } = await invited(app, client, { expires_in: 7200 })
    await app.sql("update invitations set expires_at = now() - interval '1 minute' where id = $1", [id])
    await app.sql("update mailed_tokens set expires_at = now() - interval '1 minute' where sign_up_id = $1", [id])
    expect(said(await accept(token))).toEqual([400, 'token:expired_invitation'])
    const answer = await resend(client, id)
    expect(answer.status).toBe(202)
    expect(Date.parse(String(answer.body.expires_at)) - Date.now()).toBeGreaterThan(7_000_000)
    const fresh = await mailedToken(app, email, 2)
    expect(said(await accept(token))).toEqual([400, 'token:invalid_invitation'])
    expect((await accept(fresh)).status).toBe(204)
    expect(await acts(id)).toEqual([
      { action: 'invitation:create', reason: 'a colleague' },
      { action: 'invitation:resend', reason },
    ])
  })

  test('of ten at once one link is live', async () => {
    const { id } = await invited(app, client)
    await Promise.all(Array.from({ length: 10 }, () => resend(client, id)))
    const live = await app.sql(
      'select id from mailed_tokens where sign_up_id = $1 and superseded_at is null and used_at is null',
      [id],
    )
    expect(live).toHaveLength(1)
  })

  test('whoever sends it again answers for it from then on [AZ4]', async () => {
    const first = await administrator(app)
    const { id, email } = await invited(app, first.client)
    await app.sql('delete from user_roles where user_id = $1', [first.id])
    await resend(client, id)
    expect((await accept(await mailedToken(app, email, 2))).status).toBe(204)
  })

  test('system:not_found: unknown, revoked or accepted already', async () => {
    const { id, token } = await invited(app, client)
    await accept(token)
    const gone = await invited(app, client)
    await revoke(client, gone.id)
    for (const one of [id, gone.id, unknownId, 'none'])
      expect(said(await resend(client, one))).toEqual([404, 'system:not_found'])
  })

  test('user:email_already_exists once an account has the address', async () => {
    const { id, email } = await invited(app, client)
    await signedUp(app, { email })
    expect(said(await resend(client, id))).toEqual([409, 'user:email_already_exists'])
  })

  test('user:second_factor_required where it invites an administrator [AT10]', async () => {
    const { client: strong } = await adminWithCode(app)
    const { body } = await post(strong, { roles: ['admin'] })
    expect(said(await resend(client, String(body.id)))).toEqual([403, 'user:second_factor_required'])
  })

  test('user:sign_up_closed with SIGN_UP=closed', async () => {
    const { id } = await invited(app, client)
    const { other, movedTo } = await beside(app, { SIGN_UP: 'closed' })
    expect(said(await resend(movedTo(client), id))).toEqual([403, 'user:sign_up_closed'])
    await other.close()
  })

  test('rate_limit:exceeded after five mails to its address in an hour [RL5]', async () => {
    const { id } = await invited(app, client)
    const { other, movedTo } = await beside(app, { RATE_LIMITS: 'on' })
    const here = movedTo(client)
    const answers = []
    for (let turn = 0; turn < 6; turn++) answers.push((await resend(here, id)).code)
    expect(answers.at(-1)).toBe('rate_limit:exceeded')
    await other.close()
  })

  test('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed', async () => {
    const { id } = await invited(app, client)
    const worker = { WORKER_SECRET: 'w'.repeat(40), WORKER_TIMEOUT_MS: '300' }
    for (const [env, refusal] of [
      [{ ...worker, WORKER_URL: `http://127.0.0.1:${await hangingWorker()}` }, [503, 'worker:connection_failed']],
      [{ ...worker, WORKER_URL: `http://127.0.0.1:${await lyingWorker()}` }, [502, 'worker:response_invalid']],
      [{ SMTP_URL: 'smtp://127.0.0.1:1' }, [502, 'worker:verification_email_send_failed']],
    ] as const) {
      const { other, movedTo } = await beside(app, env)
      expect(said(await resend(movedTo(client), id))).toEqual(refusal)
      await other.close()
    }
  })
})
