import type { Config } from '../config/config.ts'
import { workingRpIds } from '../config/relying-party.ts'
import type { passkeys } from '../db/schema/passkeys.ts'
import type { Assertion } from './credential.ts'
import { loadWebauthn } from './library.ts'

type Passkey = typeof passkeys.$inferSelect

/** What the authenticator says under its signature. */
export type Signed = { readonly counter: number; readonly backedUp: boolean }

/**
 * Verifies an assertion as in WebAuthn Level 3, section 7.2.
 * @throws an error of any class, the library's, Node's or ours, if anything is wrong
 */
export async function verifyAssertion(
  config: Config,
  { id, rawId, type, response }: Assertion,
  { passkey, challenge }: { readonly passkey: Passkey; readonly challenge: string },
): Promise<Signed> {
  if (!workingRpIds(config).includes(passkey.rpId)) throw new Error(`passkeys of ${passkey.rpId} are not accepted`)
  const { verifyAuthenticationResponse } = await loadWebauthn()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id,
      rawId,
      type: type as 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: response.clientDataJSON,
        authenticatorData: response.authenticatorData ?? '',
        signature: response.signature ?? '',
      },
    },
    expectedChallenge: challenge,
    expectedOrigin: [...config.passkeyOrigins],
    expectedRPID: passkey.rpId,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId.toString('base64url'),
      publicKey: new Uint8Array(passkey.publicKey),
      // The counter is judged by us: the library does it before the signature, and refuses passkeys on two devices.
      counter: 0,
    },
  })
  if (!verified) throw new Error('the signature is wrong')
  const { newCounter: counter, credentialDeviceType, credentialBackedUp: backedUp } = authenticationInfo
  if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible)
    throw new Error('whether it may leave its device has changed')
  return { counter, backedUp }
}
