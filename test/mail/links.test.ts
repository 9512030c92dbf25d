import { expect, test } from 'vitest'
import { frontendUrl, useApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'

const app = useApp()

test.each([
  { host: 'evil.example' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'http', 'x-original-host': 'evil.example', 'x-host': 'evil.example' },
  { forwarded: 'host=evil.example;proto=http' },
  { origin: 'https://auth.example.com', referer: 'https://evil.example/' },
])('links lead to the configured origin, whatever the request says of hosts: %j [EM1]', async (headers) => {
  const { person } = await signedUp(app)
  expect((await app.client().post('/v0/auth/forgot-password', { email: person.email }, { headers })).status).toBe(204)
  const [mail] = await mailsTo(app, person.email, 2)
  expect(mail?.text).toContain(`${frontendUrl}/account/reset-password?token=`)
  expect(`${mail?.text}${mail?.html}${mail?.subject}`).not.toContain('evil')
})
