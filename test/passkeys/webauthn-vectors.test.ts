import { createPublicKey, verify } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { findChallenge } from '../../src/passkeys/client-data.ts'
import { verifyAssertion } from '../../src/passkeys/verify-assertion.ts'
import { type NewPasskey, verifyRegistration } from '../../src/passkeys/verify-registration.ts'
import standard from './webauthn-vectors.json' with { type: 'json' }

/**
 * Section 16 of WebAuthn Level 3, handed to what verifies, as its challenges are not made here. That of a registration
 * need not have verified its user then, which is asked of those that are made with nobody asked.
 */
const { rpId, origin, vectors } = standard
const config = loadConfig({
  APP_ENV: 'test',
  DATABASE_URL: 'postgres://127.0.0.1:1/none',
  FRONTEND_URL: origin,
  PASSKEY_RP_ID: rpId,
})

type Vector = (typeof vectors)[number]

const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url')

const isVerified = (authData: Buffer): boolean => (authData.readUInt8(32) & 4) !== 0
const verifiedAt = ({ authentication }: Vector) => isVerified(Buffer.from(authentication.authenticatorData, 'hex'))
/** Behind the name of the relying party, whatever is said of the authenticator's maker before it. */
function verifiedAtRegistration({ registration, authentication }: Vector): boolean {
  const object = Buffer.from(registration.attestationObject, 'hex')
  const name = Buffer.from(authentication.authenticatorData, 'hex').subarray(0, 32)
  return isVerified(object.subarray(object.indexOf(name)))
}

function registrationOf({ registration }: Vector) {
  const id = base64url(registration.credential_id)
  const clientDataJSON = base64url(registration.clientDataJSON)
  const attestationObject = base64url(registration.attestationObject)
  return { id, rawId: id, type: 'public-key', response: { clientDataJSON, attestationObject } }
}

const register = (vector: Vector, isConditional = !verifiedAtRegistration(vector)): Promise<NewPasskey> =>
  verifyRegistration(config, registrationOf(vector), {
    challenge: base64url(vector.registration.challenge),
    isConditional,
  })

function assertionOf({ registration, authentication }: Vector, part: { signature?: string } = {}) {
  const id = base64url(registration.credential_id)
  const response = {
    clientDataJSON: base64url(authentication.clientDataJSON),
    authenticatorData: base64url(authentication.authenticatorData),
    signature: base64url(part.signature ?? authentication.signature),
  }
  return { id, rawId: id, type: 'public-key', response }
}

async function signIn(vector: Vector, part: { signature?: string } = {}) {
  const made = await register(vector)
  return verifyAssertion(config, assertionOf(vector, part), made)
}

const inFrame = vectors.filter(({ name }) => /crossOrigin|topOrigin/.test(name))
const notOffered = vectors.filter(({ name }) => /es384|es512|ed448/.test(name))
const ours = vectors.filter((one) => !notOffered.includes(one))
const named = (some: readonly Vector[]) => some.map((one) => [one.name, one] as const)

test('all of section 16 is there, of every format and of what is offered', () => {
  expect(vectors.map(({ name }) => name)).toHaveLength(15)
  expect(ours.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['none-es256', 'packed-self-es256', 'packed-es256', 'packed-rs256', 'packed-eddsa', 'tpm-es256', 'android-key-es256', 'apple-es256', 'fido-u2f-es256', 'none-es256-long-credential-id']), // biome-ignore format: names
  )
})

describe('registration', () => {
  test.each(named(ours))('%s verifies, without what its maker says [PK6]', async (_, vector) => {
    const { credential_id: id, aaguid } = vector.registration
    const made = await register(vector)
    expect([made.credentialId.toString('hex'), made.aaguid?.replaceAll('-', '')]).toEqual([id, aaguid])
    expect(made).toMatchObject({ rpId, signCount: 0 })
  })

  test.each(named(ours.filter((one) => !verifiedAtRegistration(one))))(
    '%s is refused where its user must be verified [PK3]',
    async (_, vector) => {
      await expect(register(vector, false)).rejects.toThrow('user')
    },
  )

  test.each(named(notOffered))('%s is refused: its algorithm is not offered', async (_, vector) => {
    await expect(register(vector)).rejects.toThrow()
  })

  test.each(named(ours))('%s answers no other challenge', async (_, vector) => {
    const challenge = base64url(vector.authentication.challenge)
    await expect(
      verifyRegistration(config, registrationOf(vector), { challenge, isConditional: true }),
    ).rejects.toThrow()
  })
})

describe('authentication', () => {
  test.each(named(ours.filter((one) => verifiedAt(one) && !inFrame.includes(one))))(
    '%s verifies, and not with another signature',
    async (_, vector) => {
      expect(await signIn(vector)).toMatchObject({ counter: 0 })
      const signature = Buffer.from(vector.authentication.signature, 'hex')
      signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1)
      await expect(signIn(vector, { signature: signature.toString('hex') })).rejects.toThrow()
    },
  )

  test.each(named(ours.filter((one) => !verifiedAt(one))))(
    '%s is refused, as its user was not verified; its signature is right by the key that is stored [PK3]',
    async (_, vector) => {
      await expect(signIn(vector)).rejects.toThrow('user')
      const { authenticatorData, clientDataJSON, signature } = vector.authentication
      const hash = await crypto.subtle.digest('SHA-256', Buffer.from(clientDataJSON, 'hex'))
      const signed = Buffer.concat([Buffer.from(authenticatorData, 'hex'), Buffer.from(hash)])
      const { key, digest } = keyOf(await register(vector))
      expect(verify(digest, signed, key, Buffer.from(signature, 'hex'))).toBe(true)
    },
  )
})

describe('client data', () => {
  const said = (type: 'webauthn.create' | 'webauthn.get') => ({ type, origins: config.passkeyOrigins })

  test.each(named(vectors.filter((one) => !inFrame.includes(one))))('%s is of our page', (_, vector) => {
    const { registration, authentication } = vector
    const created = findChallenge(base64url(registration.clientDataJSON), said('webauthn.create'))
    const got = findChallenge(base64url(authentication.clientDataJSON), said('webauthn.get'))
    expect([created, got]).toEqual([base64url(registration.challenge), base64url(authentication.challenge)])
    expect(findChallenge(base64url(registration.clientDataJSON), said('webauthn.get'))).toBeUndefined()
  })

  test.each(named(inFrame))('%s is of a frame in another page [PK2]', (_, { registration, authentication }) => {
    expect(findChallenge(base64url(registration.clientDataJSON), said('webauthn.create'))).toBeUndefined()
    expect(findChallenge(base64url(authentication.clientDataJSON), said('webauthn.get'))).toBeUndefined()
  })
})

/** Read from COSE anew, by nothing of ours. */
function keyOf({ publicKey, algorithm }: NewPasskey) {
  const cose = isoCBOR.decodeFirst<Map<number, Uint8Array>>(new Uint8Array(publicKey))
  const part = (name: number) => Buffer.from(cose.get(name) ?? []).toString('base64url')
  const jwk =
    algorithm === -257
      ? { kty: 'RSA', n: part(-1), e: part(-2) }
      : algorithm === -8
        ? { kty: 'OKP', crv: 'Ed25519', x: part(-2) }
        : { kty: 'EC', crv: 'P-256', x: part(-2), y: part(-3) }
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), digest: algorithm === -8 ? null : 'sha256' }
}
