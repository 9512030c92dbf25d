import type { Config } from '../config/config.ts'
import { rpIdOf } from '../config/relying-party.ts'
import { readBase64url } from './base64url.ts'
import { algorithms, readPublicKey } from './cose-key.ts'
import type { NewCredential } from './credential.ts'
import { loadWebauthn, loadWebauthnParts } from './library.ts'

const mostIdBytes = 1023
const noAaguid = '00000000-0000-0000-0000-000000000000'

type Expected = {
  /** The challenge as the client sent it. */
  readonly challenge: string
  /** Whether a password manager made it right after a sign-in by password: then nobody need have touched anything. */
  readonly isConditional: boolean
}

export type NewPasskey = Awaited<ReturnType<typeof verifyRegistration>>

/**
 * Verifies a new credential as in WebAuthn Level 3, section 7.1.
 * @throws an error of any class, the library's, Node's or ours, if anything is wrong
 */
export async function verifyRegistration(config: Config, credential: NewCredential, expected: Expected) {
  const { id, rawId, type, response } = credential
  const { verifyRegistrationResponse } = await loadWebauthn()
  const { registrationInfo } = await verifyRegistrationResponse({
    response: {
      id,
      rawId,
      type: type as 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: response.clientDataJSON,
        attestationObject: await withoutAttestation(response.attestationObject ?? ''),
      },
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: [...config.passkeyOrigins],
    expectedRPID: rpIdOf(config),
    supportedAlgorithmIDs: [...algorithms],
    requireUserPresence: !expected.isConditional,
    requireUserVerification: !expected.isConditional,
  })
  if (registrationInfo === undefined) throw new Error('it does not verify')
  const { credential: made, aaguid, credentialDeviceType, credentialBackedUp, rpID } = registrationInfo
  const credentialId = Buffer.from(made.id, 'base64url')
  if (made.id !== id || credentialId.length === 0 || credentialId.length > mostIdBytes)
    throw new Error('its id is not that of the authenticator data, or too long')
  const publicKey = Buffer.from(made.publicKey)
  return {
    credentialId,
    publicKey,
    algorithm: readPublicKey(publicKey).algorithm,
    signCount: made.counter,
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
    transports: knownTransports(response.transports ?? []),
    aaguid: aaguid === noAaguid ? null : aaguid,
    rpId: rpID ?? rpIdOf(config),
  }
}

/**
 * Returns the attestation object without its attestation statement, which nobody asked for: to verify one, certificates
 * would have to be parsed and other servers asked about them [PK6].
 */
async function withoutAttestation(text: string): Promise<string> {
  const bytes = readBase64url(text)
  if (bytes === undefined) throw new SyntaxError('the attestation object is no base64url')
  const { decodeAttestationObject, isoCBOR, isoBase64URL } = await loadWebauthnParts()
  const authData = decodeAttestationObject(new Uint8Array(bytes)).get('authData')
  if (!(authData instanceof Uint8Array)) throw new TypeError('the authenticator data is none')
  const bare = new Map<string, string | Map<string, never> | Uint8Array>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, never>()],
    ['authData', authData],
  ])
  return isoBase64URL.fromBuffer(isoCBOR.encode(bare))
}

/**
 * Hints for browsers, stored as sent: new ones are added to https://www.w3.org/TR/webauthn-3/#enum-transport over time.
 */
const knownTransports = (given: readonly string[]): string[] =>
  [...new Set(given)].filter((one) => /^[a-z-]{1,32}$/.test(one)).slice(0, 8)
