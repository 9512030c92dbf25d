import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countAccounts } from '../../src/oauth/count-accounts.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedUpThrough, startProviders } from '../support/provider.ts'
import { passkeys, register, signInWith } from './support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp({ ...env, EMAIL_SIGN_IN: 'off' })
})
afterAll(async () => {
  await app.close()
  await stop()
})

const unlink = (client: TestClient) => client.post('/v0/auth/oauth/connections/unlink', { provider: 'google' })
const remove = (client: TestClient, id: string) => client.send('DELETE', `${passkeys}/${id}`)

/** Without a password: a provider and a passkey let its owner in. */
async function withBoth() {
  const { client } = await signedUpThrough(app, provider)
  return { client, ...(await register(client)) }
}

describe('an account without a password', () => {
  test('is signed in to by a passkey once its provider is unlinked; then the passkey stays [PK7 TK7]', async () => {
    const { client, id, passkey } = await withBoth()
    expect((await unlink(client)).status).toBe(204)
    expect((await remove(client, id)).code).toBe('passkey:last_login_method')
    expect((await signInWith(app.client(), passkey)).status).toBe(204)
  })

  test('is rid of its passkey while a provider lets it in; then the provider stays', async () => {
    const { client, id } = await withBoth()
    expect((await remove(client, id)).status).toBe(204)
    expect((await unlink(client)).code).toBe('oauth:cannot_unlink_last_connection')
  })

  test('keeps its provider where the passkey is of a domain that is accepted no more', async () => {
    const { client, id } = await withBoth()
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [id])
    expect((await unlink(client)).code).toBe('oauth:cannot_unlink_last_connection')
  })

  test('is not among those that only their provider lets in [FD7]', async () => {
    const onlyGoogle = async () => {
      const [google] = await countAccounts(app.deps.db, app.config)
      return google?.withoutOtherWay
    }
    const { client } = await signedUpThrough(app, provider)
    const before = await onlyGoogle()
    await register(client)
    expect(await onlyGoogle()).toBe(Number(before) - 1)
  })

  test('keeps one of both, also when both go at once, in 10 rounds [PK7 TK7]', async () => {
    for (let round = 0; round < 10; round++) {
      const { client, id } = await withBoth()
      const codes = (await Promise.all([unlink(client), remove(client, id)])).map(({ code, status }) => code ?? status)
      expect([
        [204, 'passkey:last_login_method'],
        ['oauth:cannot_unlink_last_connection', 204],
      ]).toContainEqual(codes)
    }
  })
})
