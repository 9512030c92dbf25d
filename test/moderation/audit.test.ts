import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole } from '../admin/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { codesOf } from '../support/declared.ts'
import { readOpenApi } from '../support/openapi.ts'
import { runAdmin } from '../support/server-process.ts'
import { adminWithCode, said, somebody } from './support.ts'

let app: TestApp
let admin: Awaited<ReturnType<typeof adminWithCode>>
let target: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  ;[admin, target] = [await adminWithCode(app), await somebody(app)]
  await openConsole(admin.client)
})
afterAll(() => app.close())

const provider = {
  slug: 'acme',
  name: 'Acme',
  client_id: 'client',
  client_secret: 'the-secret-of-acme',
  authorization_endpoint: 'https://acme.example.com/authorize',
  token_endpoint: 'https://acme.example.com/token',
  userinfo_endpoint: 'https://acme.example.com/me',
}
const byProvider = '/v0/admin/oauth/providers'
const order = () => ({ user_id: target.id, reason: 'a reason' })

const invitations = '/v0/admin/invitations'
const newestInvitation = async () => {
  const [row] = await app.sql<{ id: string }>('select id from invitations order by id desc limit 1')
  return `${invitations}/${row?.id}`
}

type Act = { readonly url?: string; readonly body?: object; readonly action: string }

/** Each act of an administrator's, in an order in which it can be done; a new one belongs here. */
const acts: Readonly<Record<string, () => Act | Promise<Act>>> = {
  'POST /v0/users/ban': () => ({ body: order(), action: 'user:ban' }),
  'POST /v0/users/unban': () => ({ body: order(), action: 'user:unban' }),
  'POST /v0/users/roles/grant': () => ({ body: { ...order(), role: 'mod' }, action: 'user:grant_role' }),
  'POST /v0/users/roles/revoke': () => ({ body: { ...order(), role: 'mod' }, action: 'user:revoke_role' }),
  'POST /v0/admin/oauth/providers': () => ({ body: provider, action: 'provider:register' }),
  'PATCH /v0/admin/oauth/providers/{slug}': () => ({
    url: `${byProvider}/acme`,
    body: { name: 'New', token_endpoint: 'https://elsewhere.example.com/token', client_secret: 'the-next-secret' },
    action: 'provider:change',
  }),
  'DELETE /v0/admin/oauth/providers/{slug}': () => ({ url: `${byProvider}/acme`, action: 'provider:delete' }),
  'POST /v0/admin/invitations': () => ({
    body: { email: 'invited@example.com', reason: 'a reason' },
    action: 'invitation:create',
  }),
  'POST /v0/admin/invitations/{id}/resend': async () => ({
    url: `${await newestInvitation()}/resend`,
    body: { reason: 'a reason' },
    action: 'invitation:resend',
  }),
  'DELETE /v0/admin/invitations/{id}': async () => ({
    url: await newestInvitation(),
    body: { reason: 'a reason' },
    action: 'invitation:revoke',
  }),
  'POST /v0/admin/mails/{id}/retry': async () => ({
    url: `${await waitingMail()}/retry`,
    body: { reason: 'a reason' },
    action: 'mail:retry',
  }),
}

const waitingMail = async () => {
  const [row] = await app.sql<{ id: string }>(
    `insert into mails (id, kind, payload, expires_at)
     values (gen_random_uuid(), 'message', 'sealed', now() + interval '1 hour') returning id`,
  )
  return `/v0/admin/mails/${row?.id}`
}

type Noted = { readonly action: string; readonly actor_id: string; readonly metadata: Record<string, string> }
const noted = () => app.sql<Noted>('select action, actor_id, metadata from moderation_logs order by created_at desc')

test('every act of an administrator is written down with who did it [AT11]', async () => {
  for (const [operation, prepare] of Object.entries(acts)) {
    const [method = '', path = ''] = operation.split(' ')
    const { url = path, body, action } = await prepare()
    const before = (await noted()).length
    const answer = await admin.client.send(method, url, { body })
    expect([operation, answer.status]).toEqual([operation, answer.status < 300 ? answer.status : 200])
    const [newest, ...others] = await noted()
    expect([others.length, newest?.action, newest?.actor_id]).toEqual([before, action, admin.id])
  }
})

test('these are all the acts that there are [AT11]', async () => {
  type Operation = { readonly responses: Record<string, Parameters<typeof codesOf>[0]> }
  const { paths } = await readOpenApi<{ paths: Record<string, Record<string, Operation>> }>(app)
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      codes: Object.values(responses).flatMap((response) => codesOf(response)),
    })),
  )
  const theirs = all.filter(({ codes }) => codes.includes('user:permission_insufficient')).map(({ name }) => name)
  // It opens what acts are done from, and is in the history of whoever opens it.
  const none = ['POST /v0/admin/session']
  // Those on one user have a table in test/admin/acts.ts; what begins and ends an impersonation is in test/impersonation.
  const elsewhere = / \/v0\/admin\/(?:users\/\{id\}|impersonations\/)/
  const writes = theirs.filter((name) => !name.startsWith('GET ') && !none.includes(name) && !elsewhere.test(name))
  expect(Object.keys(acts).toSorted()).toEqual(writes.toSorted())
})

test('what was changed of a provider is named, its secrets are not; one that changes nothing is no act [AT11]', async () => {
  expect((await admin.client.post(byProvider, { ...provider, slug: 'other' })).status).toBe(201)
  const wish = { name: 'New', token_endpoint: 'https://elsewhere.example.com/token', client_secret: 'the-next-secret' }
  expect((await admin.client.send('PATCH', `${byProvider}/other`, { body: wish })).status).toBe(200)
  const before = await noted()
  expect(before[0]).toEqual({
    action: 'provider:change',
    actor_id: admin.id,
    metadata: {
      slug: 'other',
      token_endpoint: 'https://elsewhere.example.com/token',
      changed: 'name,token_endpoint,client_secret',
      before: JSON.stringify({ name: provider.name, token_endpoint: provider.token_endpoint }),
      after: JSON.stringify({ name: 'New', token_endpoint: 'https://elsewhere.example.com/token' }),
    },
  })
  expect(JSON.stringify(before)).not.toMatch(/the-secret-of-acme|the-next-secret/)
  expect((await admin.client.send('PATCH', `${byProvider}/other`, { body: {} })).status).toBe(200)
  const refused = await admin.client.send('PATCH', `${byProvider}/other`, { body: { issuer: 'https://x.example' } })
  expect(said(refused)).toEqual([400, 'general:validation_error'])
  expect(await noted()).toEqual(before)
})

test('the operator reads them all; the log over HTTP shows those of users [AT11]', async () => {
  const { code, out } = await runAdmin(app, ['audit'])
  expect(code).toBe(0)
  for (const prepare of Object.values(acts)) expect(out).toContain(` ${(await prepare()).action} `)
  expect(out).toContain(`by @${admin.person.handle} (${admin.id})`)
  const { body } = await admin.client.get('/v0/moderation/logs?limit=100')
  const shown = (body.data as { action: string; resource_type: string }[]).map((one) => one.resource_type)
  expect(new Set(shown)).toEqual(new Set(['User']))
  expect(shown).toHaveLength(4)
})
