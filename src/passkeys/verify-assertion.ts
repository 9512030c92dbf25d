import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { workingRpIds } from '../config/relying-party.ts'
import type { passkeys } from '../db/schema/passkeys.ts'
import { readBase64url } from './base64url.ts'
import { isSignedBy, readPublicKey } from './cose-key.ts'
import type { Assertion } from './credential.ts'
import { loadWebauthnParts } from './library.ts'

type Passkey = Pick<typeof passkeys.$inferSelect, 'credentialId' | 'rpId' | 'publicKey' | 'backupEligible'>

/** What the authenticator says under its signature. */
export type Signed = { readonly counter: number; readonly backedUp: boolean }

/**
 * Verifies an assertion whose client data was judged by `findChallenge`: the rest of section 7.2 of WebAuthn Level 3.
 * Done here, as the library takes four times as long [D13].
 * @throws an error of any class, the library's, Node's or ours, if anything is wrong
 */
export async function verifyAssertion(
  config: Config,
  { id, rawId, type, response }: Assertion,
  passkey: Passkey,
): Promise<Signed> {
  if (!workingRpIds(config).includes(passkey.rpId)) throw new Error(`passkeys of ${passkey.rpId} are not accepted`)
  if (type !== 'public-key' || rawId !== id) throw new Error('it is no answer of a passkey')
  const said = bytesOf(response.authenticatorData)
  const signed = Buffer.concat([said, sha256(bytesOf(response.clientDataJSON))])
  const { rpIdHash, flags, counter } = await readAuthenticatorData(said)
  if (!rpIdHash.equals(sha256(passkey.rpId))) throw new Error('it was made for another relying party')
  if (!flags.up || !flags.uv) throw new Error('the user was not there or not verified')
  if (flags.bs && !flags.be) throw new Error('it is backed up, but cannot be')
  if (!isSignedBy(readPublicKey(passkey.publicKey), signed, bytesOf(response.signature)))
    throw new Error('the signature is wrong')
  if (flags.be !== passkey.backupEligible) throw new Error('whether it may leave its device has changed')
  return { counter, backedUp: flags.bs }
}

function bytesOf(text: string | null | undefined): Buffer {
  const bytes = readBase64url(text ?? '')
  if (bytes === undefined) throw new SyntaxError('a member is no base64url')
  return bytes
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()

/** A digest, a byte of flags and a counter. */
const leastBytes = 37

/** https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data */
async function readAuthenticatorData(bytes: Buffer) {
  const bits = bytes.readUInt8(32)
  // Nobody asked for more, so few send more: whether it is well-formed the library says.
  if (bytes.length !== leastBytes || bits & 0b1100_0000)
    (await loadWebauthnParts()).parseAuthenticatorData(new Uint8Array(bytes))
  const flags = { up: hasBit(bits, 0), uv: hasBit(bits, 2), be: hasBit(bits, 3), bs: hasBit(bits, 4) }
  return { rpIdHash: bytes.subarray(0, 32), flags, counter: bytes.readUInt32BE(33) }
}

const hasBit = (bits: number, at: number): boolean => (bits & (1 << at)) !== 0
