import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCose } from '../../src/passkeys/cose.ts'
import { isSignedBy, readPublicKey } from '../../src/passkeys/cose-key.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'

const algorithms = [-7, -8, -257] as const

test.each(algorithms)('a key of %d is read as it was written, and from nothing shorter or longer', (algorithm) => {
  const { publicKey } = new SoftPasskey({ algorithm })
  expect(readPublicKey(publicKey).algorithm).toBe(algorithm)
  for (let length = 0; length < publicKey.length; length++)
    expect(() => readPublicKey(publicKey.subarray(0, length))).toThrow()
  expect(() => readPublicKey(Buffer.concat([publicKey, Buffer.alloc(1)]))).toThrow('follows')
})

test.each([
  ['a list', '820102'],
  ['a name twice', 'a201010102'],
  ['a text as a name', 'a1613101'],
  ['a text as a value', 'a1016131'],
  ['a map in the map', 'a101a0'],
  ['bytes longer than all', 'a1015affffffff'],
  ['a number of eight bytes', 'a1011b0000000000000001'],
  ['a map without end', 'bf0101ff'],
])('%s is no key', (_, hex) => {
  expect(() => readCose(Buffer.from(hex, 'hex'))).toThrow()
})

test('whatever the bytes, they are a key or an error', () => {
  const some = fc.uint8Array({ maxLength: 600 })
  fc.assert(
    fc.property(some, (bytes) => {
      const stored = Buffer.from([0xa0 | ((bytes[0] ?? 0) & 7), ...bytes.subarray(1)])
      try {
        for (const value of readCose(stored).values()) expect(['number', 'object']).toContain(typeof value)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
  )
})

test.each(algorithms)('of %d no signature but the right one is accepted', (algorithm) => {
  const passkey = Object.assign(new SoftPasskey({ algorithm }), { rpId: 'app.example.com' })
  const { response } = passkey.get({ public_key: { challenge: 'AAAA' } })
  const [said, signature] = [response.authenticatorData, response.signature].map((text) =>
    Buffer.from(text, 'base64url'),
  )
  const key = readPublicKey(passkey.publicKey)
  for (const wrong of [Buffer.alloc(0), Buffer.alloc(64), Buffer.alloc(70), signature ?? Buffer.alloc(0)])
    expect(isSignedBy(key, said ?? Buffer.alloc(0), wrong)).toBe(false)
})
