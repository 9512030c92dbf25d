import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { readOpenApi } from '../support/openapi.ts'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { writtenRefusals } from '../support/refusals.ts'
import { onDeviceOf, tempToken, withTotp } from '../totp/support.ts'
import { administrator } from './support.ts'

const app = useApp()

/** What a route needs to have something to show. */
const queries: Readonly<Record<string, (person: { readonly email: string }) => string>> = {
  '/v0/admin/diagnosis': ({ email }) => `?email=${encodeURIComponent(email)}`,
  '/v0/admin/mails': () => '?state=waiting',
}

test('no answer to an administrator has a secret, a hash, a digest or a token, whichever route [AD2]', async () => {
  const admin = await administrator(app)
  const { person, client, secret, backupCodes } = await withTotp(app)
  const { id } = (await client.get('/v0/user/me')).body
  const waiting = await tempToken(onDeviceOf(app, client), person)
  const { body: granted } = await client.post('/v0/auth/token')
  await app.client().post('/v0/auth/forgot-password', { email: person.email })
  const reset = await mailedToken(app, person.email, 4)
  await app.client().post('/v0/auth/login', { email: person.email, password: 'not the right password' })
  const pending = await signUp(app, newPerson())
  await app.client().post('/v0/auth/login', { email: pending.email, password: 'not the right password' })
  await writtenRefusals(app)
  await app.sql(
    `insert into mails (id, kind, user_id, payload, expires_at)
     values (gen_random_uuid(), 'message', $1, 'what-a-mail-says', now() + interval '1 hour')`,
    [id],
  )

  const stored = await app.sql<{ text: string | null; bytes: Buffer | null }>(
    `select password_hash as text, null::bytea as bytes from users union all
     select password_hash, null from sign_ups union all
     select address_digest, null from refusals union all
     select metadata ->> 'address_digest', null from security_events union all
     select null, token_digest from sessions union all select null, token_digest from devices union all
     select null, digest from mailed_tokens union all select null, digest from refresh_tokens union all
     select null, digest from pending_logins union all select null, digest from backup_codes union all
     select null, sealed_secret from totp_secrets union all select null, payload from mails`,
  )
  const encodings = ['hex', 'base64', 'base64url', 'latin1'] as const
  const secrets = [
    ...stored.flatMap(({ text, bytes }) => [
      ...(text === null ? [] : [text]),
      ...(bytes === null ? [] : encodings.map((encoding) => bytes.toString(encoding))),
    ]),
    ...[person.password, pending.password, secret, ...backupCodes, waiting, reset, String(granted.access_token)],
    ...client.cookies.values(),
    ...admin.client.cookies.values(),
  ]
  expect(secrets.length).toBeGreaterThan(80)

  const { paths } = await readOpenApi<{ paths: Record<string, Record<string, unknown>> }>(app)
  const read = Object.entries(paths).filter(([path, item]) => path.startsWith('/v0/admin/') && 'get' in item)
  expect(read.length).toBeGreaterThan(8)
  for (const [path] of read) {
    const url = path.replaceAll(/\{\w+\}/g, String(id)) + (queries[path]?.(person) ?? '')
    const { status, body } = await admin.client.get(url)
    if (!path.includes('{')) expect([url, status]).toEqual([url, 200])
    const text = JSON.stringify(body)
    for (const one of secrets) expect([url, text.includes(one) ? one : '']).toEqual([url, ''])
    expect([url, text]).toEqual([url, expect.not.stringMatching(/p[srdo]t_|ptt_|\$argon2/)])
  }
})
