import { describe, expect, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { mailedCode, wrong } from './support.ts'

const app = useApp({ DEVICE_GATE_MAIL: 'both' })
const codeOf = async (answer: Promise<{ code: string | undefined }>) => (await answer).code

/** A password alone, in a browser or app that the account does not know. */
async function held(form: string, on = app) {
  const { person } = await signedUp(on)
  const client = on.client()
  const { email, password } = person
  const answer = await client.post(`${form}/login`, { email, password })
  expect([answer.status, Object.keys(answer.body)]).toEqual([202, ['status', 'code_token', 'expires_at', 'resend_at']])
  return { person, client, form, code_token: String(answer.body.code_token) }
}
const confirm = (form: string, client: TestClient, body: object) => client.post(`${form}/device/verify`, body)

describe.each(['/v0/auth', '/v0/app/auth'])('POST %s/device/verify', (form) => {
  test('the digits let in the device that asked; then link and digits are dead [MC4]', async () => {
    const { person, client, code_token } = await held(form)
    const { digits, token, mail } = await mailedCode(app, person.email, 2)
    expect(mail.text).toMatch(/^\d{3} \d{3}\n\nYour password was entered on a device that is new/)
    expect(mail.text.trimEnd().split('\n').at(-1)).toBe(`@app.example.com #${digits}`)
    const code = digits
    expect(await codeOf(confirm(form, client, { code_token, code: wrong(code) }))).toBe('email:invalid_code')
    expect((await confirm(form, client, { code_token, code })).status).toBeLessThan(300)
    expect(await codeOf(confirm(form, client, { code_token, code }))).toBe('email:invalid_code_token')
    expect(await codeOf(confirm(form, client, { token }))).toBe('token:invalid_device_verify')
    const { email, password } = person
    const [row] = await app.sql('select methods from sessions order by created_at desc limit 1')
    expect(row).toEqual({ methods: ['password', 'mail'] })
    if (form === '/v0/auth') expect((await client.post('/v0/auth/login', { email, password })).status).toBe(204)
  })

  test('email:invalid_code_token: elsewhere; email:code_token_expired; the link goes on anywhere [MC1]', async () => {
    const { person, client, code_token } = await held(form)
    const { digits: code, token } = await mailedCode(app, person.email, 2)
    const other = form === '/v0/auth' ? '/v0/app/auth' : '/v0/auth'
    expect(await codeOf(confirm(other, app.client(), { code_token, code }))).toBe('email:invalid_code_token')
    if (form === '/v0/auth')
      expect(await codeOf(confirm(form, app.client(), { code_token, code }))).toBe('email:invalid_code_token')
    expect((await confirm(form, app.client(), { token })).status).toBeLessThan(300)
    const late = await held(form)
    await app.sql('update mailed_tokens set expires_at = now() where address_key = $1', [late.person.email])
    const body = { code_token: late.code_token, code }
    expect(await codeOf(confirm(form, late.client, body))).toBe('email:code_token_expired')
    expect(await codeOf(confirm(form, client, { code }))).toBe('general:bad_request')
  })

  test('the same mail comes once more [MC6]', async () => {
    const { person, client, code_token } = await held(form)
    const { digits, token } = await mailedCode(app, person.email, 2)
    const resend = () => client.post(`${form}/mailed-code/resend`, { code_token })
    expect(await codeOf(resend())).toBe('rate_limit:exceeded')
    await app.sql("update mailed_tokens set mailed_at = mailed_at - interval '1 hour'")
    expect((await resend()).body.code_token).toBe(code_token)
    expect(await mailedCode(app, person.email, 3)).toMatchObject({ digits, token })
  })
})

test('of the logins of an account that wait for digits three are live; the oldest makes room [MC1]', async () => {
  const { person, ...oldest } = await held('/v0/app/auth')
  const { digits } = await mailedCode(app, person.email, 2)
  const { email, password } = person
  const others = await Promise.all(
    Array.from({ length: 3 }, () => app.client().post('/v0/app/auth/login', { email, password })),
  )
  const tryAt = (code_token: unknown, code: string) =>
    codeOf(confirm('/v0/app/auth', app.client(), { code_token, code }))
  expect(await tryAt(oldest.code_token, digits)).toBe('email:invalid_code_token')
  const said = await Promise.all(others.map(({ body }) => tryAt(body.code_token, 'none')))
  expect(said).toEqual(Array.from({ length: 3 }, () => 'email:invalid_code'))
})

test('FORBIDDEN: a live session of another account; no try is counted', async () => {
  const { person, client, code_token, form } = await held('/v0/auth')
  const { digits: code } = await mailedCode(app, person.email, 2)
  const { client: other } = await signedUp(app)
  for (const [name, value] of other.cookies) client.cookies.set(name, value)
  for (let tries = 0; tries < 6; tries++)
    expect(await codeOf(confirm(form, client, { code_token, code }))).toBe('FORBIDDEN')
  client.cookies.delete('__Host-session_id')
  expect((await confirm(form, client, { code_token, code })).status).toBe(204)
})

test('DEVICE_GATE_MAIL=code: no link; by default there is a link alone', async () => {
  const [coded, linked] = await Promise.all([startApp({ DEVICE_GATE_MAIL: 'code' }), startApp()])
  try {
    const { person, client, code_token, form } = await held('/v0/auth', coded)
    const { digits: code, mail } = await mailedCode(coded, person.email, 2)
    expect(mail.text).not.toContain('token=')
    expect((await confirm(form, client, { code_token, code })).status).toBe(204)
    const { person: other } = await signedUp(linked)
    const { email, password } = other
    const { body } = await linked.client().post('/v0/auth/login', { email, password })
    expect(body).toEqual({ status: 'device_verification_required' })
    expect((await mailsTo(linked, email, 2))[0]?.subject).toBe('Confirm your sign-in on a new device')
  } finally {
    await Promise.all([coded.close(), linked.close()])
  }
})
