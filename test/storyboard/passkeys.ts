import type { Page } from 'playwright-core'
import type { DataOf } from '../../src/client/client.ts'

// What the pages of passkeys need: options as the server gives them, and a browser whose person has answered already.

const challenge = 'AAAAAAAAAAAAAAAAAAAAAA'
const expires_at = '2026-01-01T12:05:00Z'

export const requestOptions: DataOf<'askForPasskey'> = {
  public_key: { challenge, rpId: 'localhost', timeout: 300_000, userVerification: 'required', allowCredentials: [] },
  expires_at,
}

export const creationOptions: DataOf<'offerPasskey'> = {
  public_key: {
    rp: { id: 'localhost', name: 'Postern' },
    user: { id: challenge, name: 'ada@example.com', displayName: 'Ada Lovelace' },
    challenge,
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    timeout: 300_000,
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    extensions: { credProps: true },
  },
  expires_at,
}

export const passkeyList: DataOf<'listPasskeys'> = {
  rp_id: 'localhost',
  user_handle: challenge,
  passkeys: [
    {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      credential_id: challenge,
      name: 'Laptop',
      created_at: '2026-01-01T12:00:00Z',
      backed_up: true,
      is_current: false,
    },
  ],
}

/** What is wrong with the answer does not matter: the server is made to refuse it. Autofill waits, as it does for a person. */
const answers = `(() => {
  const bytes = new ArrayBuffer(16)
  const answer = { rawId: bytes, type: 'public-key', response: {
    clientDataJSON: bytes, attestationObject: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes } }
  const ask = async ({ mediation }) => mediation === 'conditional' ? new Promise(() => undefined) : answer
  Object.assign(navigator.credentials, { create: ask, get: ask })
})()`

export const answeringPasskeys = (page: Page): Promise<void> => page.evaluate<void>(answers)
