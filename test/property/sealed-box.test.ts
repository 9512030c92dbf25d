import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Keyring, KeyringError, openKeyring } from '../../src/crypto/keyring.ts'
import { open, seal as sealForLong, sealForNow } from '../../src/crypto/sealed-box.ts'

let home: string
let keyring: Keyring
let otherKeyring: Keyring
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'postern-box-'))
  keyring = openKeyring(join(home, 'one'), { create: true })
  otherKeyring = openKeyring(join(home, 'other'), { create: true })
})
afterAll(() => rmSync(home, { recursive: true }))

const bytes = fc.uint8Array({ maxLength: 500 }).map((array) => Buffer.from(array))
const shortBytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array))
const word = fc.string({ unit: 'grapheme', maxLength: 60 })

describe.each([
  ['kept', sealForLong],
  ['needed for now', sealForNow],
])('what is %s', (_, seal) => {
  test('what was sealed opens again, bytes as well as text', () => {
    fc.assert(
      fc.property(bytes, word, word, (plain, text, row) => {
        expect(open(keyring, seal(keyring, plain, row), row)).toEqual(plain)
        expect(open(keyring, seal(keyring, text, row), row).toString()).toBe(Buffer.from(text).toString())
      }),
    )
  })

  test('no box shows its content, and no two boxes are alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), word, (array, row) => {
        const plain = Buffer.from(array)
        const [first, second] = [seal(keyring, plain, row), seal(keyring, plain, row)]
        expect(first.equals(second)).toBe(false)
        expect(first.includes(plain)).toBe(false)
      }),
    )
  })

  test('a box with any one bit flipped does not open', () => {
    fc.assert(
      fc.property(shortBytes, word, (plain, row) => {
        const box = seal(keyring, plain, row)
        for (let bit = 0; bit < box.length * 8; bit++) {
          const damaged = Buffer.from(box)
          damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          if (!refuses(() => open(keyring, damaged, row))) throw new Error(`bit ${bit} may be flipped`)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('a box cut short or grown does not open', () => {
    fc.assert(
      fc.property(shortBytes, word, fc.uint8Array({ minLength: 1, maxLength: 4 }), (plain, row, more) => {
        const box = seal(keyring, plain, row)
        for (let length = 0; length < box.length; length++)
          if (!refuses(() => open(keyring, box.subarray(0, length), row))) throw new Error(`${length} bytes open`)
        expect(refuses(() => open(keyring, Buffer.concat([box, more]), row))).toBe(true)
      }),
    )
  })

  test('a box moved to another row does not open', () => {
    fc.assert(
      fc.property(bytes, word, word, (plain, row, other) => {
        fc.pre(!Buffer.from(row).equals(Buffer.from(other)))
        expect(refuses(() => open(keyring, seal(keyring, plain, row), other))).toBe(true)
      }),
    )
  })

  test('another key of the same number does not open it', () => {
    fc.assert(
      fc.property(bytes, word, (plain, row) => {
        expect(refuses(() => open(otherKeyring, seal(keyring, plain, row), row))).toBe(true)
      }),
    )
  })
})

describe('what is needed for now [AT20]', () => {
  const hourMs = 3_600_000
  const secretOfHour = (hour: number) =>
    Buffer.from(hkdfSync('sha256', keyring.getSealingKey().secret, '', `postern hour ${hour}`, 32))
  const opensWith = (secret: Buffer, box: Buffer): boolean => {
    const decipher = createDecipheriv('aes-256-gcm', secret, box.subarray(9, 21)).setAAD(Buffer.from('row'))
    decipher.setAuthTag(box.subarray(-16)).update(box.subarray(21, -16))
    try {
      decipher.final()
      return true
    } catch {
      return false
    }
  }

  test('is sealed by the key of its hour, by no other, and opens in the next one', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-29T15:59:59.999Z') })
    try {
      const hour = Math.floor(Date.now() / hourMs)
      const box = sealForNow(keyring, 'plain', 'row')
      expect(opensWith(secretOfHour(hour), box)).toBe(true)
      for (const secret of [secretOfHour(hour + 1), keyring.getSealingKey().secret])
        expect(opensWith(secret, box)).toBe(false)
      vi.setSystemTime(Date.now() + 1)
      const next = sealForNow(keyring, 'plain', 'row')
      expect(opensWith(secretOfHour(hour + 1), next)).toBe(true)
      for (const one of [box, next]) expect(open(keyring, one, 'row').toString()).toBe('plain')
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a box that was sealed before there were keys of hours opens [AT20]', () => {
  const { id, secret } = keyring.getSealingKey()
  const [head, nonce] = [Buffer.from([1, 0, 0, 0, id]), Buffer.alloc(12, 7)]
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from('totp:1'))
  const box = Buffer.concat([head, nonce, cipher.update('old'), cipher.final(), cipher.getAuthTag()])
  expect(open(keyring, box, 'totp:1').toString()).toBe('old')
})

/** Any other error than KeyringError is a failure of the test. */
function refuses(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof KeyringError) return true
    throw error
  }
}
