import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { passkeys, register, signInWith, withoutPassword, withPasskey } from './support.ts'

const app = useApp({ PASSKEY_FORMER_RP_IDS: 'old.example', EMAIL_SIGN_IN: 'off' })
const forgetful = useApp()

/** As if it had been made while the application was there. */
async function ofOldDomain(on: typeof app) {
  const made = await withPasskey(on)
  await on.sql("update passkeys set rp_id = 'old.example' where id = $1", [made.id])
  made.passkey.rpId = 'old.example'
  return made
}

test('a passkey of a former domain signs in, counts as a way in, and new ones are of the present domain', async () => {
  const { person, client, passkey, id } = await ofOldDomain(app)
  const browser = app.client()
  expect((await signInWith(browser, passkey)).status).toBe(204)
  await withoutPassword(app, person)
  expect((await client.send('DELETE', `${passkeys}/${id}`)).code).toBe('passkey:last_login_method')
  const { passkey: second } = await register(browser)
  expect(second.rpId).toBe('app.example.com')
  expect((await browser.get(passkeys)).body.rp_id).toBe('app.example.com')
  expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
})

test('it answers for its own domain alone [PK2]', async () => {
  const { passkey } = await ofOldDomain(app)
  for (const rpId of ['app.example.com', 'example.com'])
    expect((await signInWith(app.client(), passkey, { rpId })).code).toBe('passkey:invalid_assertion')
  const { passkey: present } = await withPasskey(app)
  expect((await signInWith(app.client(), present, { rpId: 'old.example' })).code).toBe('passkey:invalid_assertion')
})

test('where that domain is forgotten it is refused, never called unknown, and stays in the list to be deleted', async () => {
  const { client, passkey, id } = await ofOldDomain(forgetful)
  for (const rpId of ['old.example', 'app.example.com'])
    expect((await signInWith(forgetful.client(), passkey, { rpId })).code).toBe('passkey:invalid_assertion')
  expect((await client.get(passkeys)).body.passkeys).toMatchObject([{ id }])
  expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
})
