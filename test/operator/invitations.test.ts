import { expect, test } from 'vitest'
import { administrator, invited, newHandle } from '../invitations/support.ts'
import { useApp } from '../support/app.ts'
import { mailedToken, mailsTo, newPerson, signedUp } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()
const admin = (parameters: string[], env = {}) => runAdmin(app, parameters, env)
const accept = (token: string) => app.client().post('/v0/auth/accept-invitation', { token, handle: newHandle() })

test('invite mails a link that makes an account with its role, an administrator even [AD8]', async () => {
  const { email } = newPerson()
  const words = ['invite', email, '--role', 'admin', '--locale', 'fr', '--days', '30', '--message', 'Welcome to us']
  const { code, out } = await admin(words)
  expect([code, out]).toEqual([0, expect.stringContaining(`is on its way to ${email}`)])
  const [mail] = await mailsTo(app, email)
  expect(mail?.subject).toBe('Vous êtes invité')
  expect(mail?.text).toContain('Welcome to us')
  expect((await accept(await mailedToken(app, email))).status).toBe(204)
  expect(
    await app.sql('select r.role from user_roles r join users u on u.id = r.user_id where u.email = $1', [email]),
  ).toEqual([{ role: 'admin' }])
})

test('an address with an account, a wrong field and SIGN_UP=closed are refused', async () => {
  const { person } = await signedUp(app)
  const { email } = newPerson()
  for (const [words, says, env] of [
    [['invite', person.email], 'has an account already', {}],
    [['invite', 'nobody'], 'no address', {}],
    [['invite', email, '--role', 'owner'], 'no role "owner"', {}],
    [['invite', email, '--message', 'see evil.example'], 'no message', {}],
    [['invite', email, '--days', '31'], '1 to 30', {}],
    [['invite', email], 'SIGN_UP is closed', { SIGN_UP: 'closed' }],
  ] as const) {
    const { code, err } = await admin([...words], env)
    expect([code, err]).toEqual([1, expect.stringContaining(says)])
  }
  expect(await app.sql('select id from invitations where email_key = $1', [email])).toEqual([])
})

test('invitations lists them, and invitations revoke ends one', async () => {
  const { client } = await administrator(app)
  const { id, email, token } = await invited(app, client)
  expect((await admin(['invitations'])).out).toContain(`${id} open     ${email} until `)
  expect((await admin(['invitations', 'revoke', id])).code).toBe(0)
  expect((await accept(token)).code).toBe('token:invalid_invitation')
  expect((await admin(['invitations'])).out).toContain(`${id} revoked  ${email}`)
  for (const gone of [id, 'none']) {
    const { code, err } = await admin(['invitations', 'revoke', gone])
    expect([code, err]).toEqual([1, expect.stringContaining('no open invitation')])
  }
})
