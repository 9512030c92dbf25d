import fc from 'fast-check'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { findStep, makeSecret, otpauthUri, readCode } from '../../src/totp/code.ts'

const rfcSecret = Secret.fromLatin1('12345678901234567890').base32
const unspent = { spentStep: 0 }

describe('RFC 6238, appendix B, SHA-1 cut to six digits [MF1]', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d: %s', (nowSeconds, code) => {
    expect(findStep(rfcSecret, code, { nowSeconds, ...unspent })).toBe(Math.floor(nowSeconds / 30))
  })
})

test('codes of an independent library are accepted one step before, at and after their own, and nowhere else [FT12]', () => {
  const secrets = fc.uint8Array({ minLength: 20, maxLength: 20 })
  const times = fc.double({ min: 1_600_000_000, max: 2_000_000_000, noNaN: true })
  const distances = fc.integer({ min: -4, max: 4 })
  fc.assert(
    fc.property(secrets, times, distances, (bytes, nowSeconds, distance) => {
      const secret = new Secret({ buffer: bytes.slice().buffer })
      const totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 })
      const codeOf = (step: number) => totp.generate({ timestamp: step * 30_000 })
      const present = Math.floor(nowSeconds / 30)
      const code = codeOf(present + distance)
      // Two steps have the same code once in a million times.
      const [right] = [present - 1, present, present + 1].filter((step) => codeOf(step) === code)
      expect(findStep(secret.base32, code, { nowSeconds, ...unspent })).toBe(right)
    }),
    { numRuns: 500 },
  )
})

test('the spent step and all before it are refused [FT12]', () => {
  const at = (spentStep: number) => findStep(rfcSecret, '081804', { nowSeconds: 1_111_111_109, spentStep })
  expect([at(37_037_035), at(37_037_036), at(37_037_040)]).toEqual([37_037_036, undefined, undefined])
})

test('a secret has 160 bits and is not made twice', () => {
  const secrets = Array.from({ length: 50 }, makeSecret)
  for (const secret of secrets) expect(Secret.fromBase32(secret).bytes).toHaveLength(20)
  expect(new Set(secrets).size).toBe(50)
})

test('the URI names the issuer in label and parameter', () => {
  const uri = new URL(otpauthUri('Acme & Söhne', 'ada+1@example.com', rfcSecret))
  expect(decodeURIComponent(uri.pathname)).toBe('/Acme & Söhne:ada+1@example.com')
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({ issuer: 'Acme & Söhne', secret: rfcSecret })
})

test.each([
  ['123456', { kind: 'totp', code: '123456' }],
  [' 123 456 ', { kind: 'totp', code: '123456' }],
  ['123-456', { kind: 'totp', code: '123456' }],
  ['abcd-1234', { kind: 'backup', code: 'ABCD1234' }],
  ['AbCd 1234', { kind: 'backup', code: 'ABCD1234' }],
  ['12345678', { kind: 'backup', code: '12345678' }],
  ['12345', undefined],
  ['1234567', undefined],
  ['abcdefg', undefined],
  ['123456789', undefined],
  ['abcdefghi', undefined],
  ['１２３４５６', undefined],
  ['١٢٣٤٥٦', undefined],
  ['ＡＢＣＤＥＦＧＨ', undefined],
  ['ABCDEFGÄ', undefined],
  ['ABCD_234', undefined],
  ['', undefined],
])('%j reads as %j', (text, expected) => {
  expect(readCode(text)).toEqual(expected)
})

test.each(['abcdefß', 'abcdefgı', 'abcdefgſ', 'abcdeﬃ'])(
  '%j is no code: only its upper case has eight characters A-Z',
  (text) => {
    expect(readCode(text)).toBeUndefined()
  },
)
