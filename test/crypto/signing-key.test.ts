import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rotateSigningKeys } from '../../src/access-tokens/rotate-keys.ts'
import { openSigningKeys } from '../../src/credentials/signing-keys.ts'
import { initKeys, KeyringError, openKeyring } from '../../src/crypto/keyring.ts'
import { newSigningKey, parseSigningKey } from '../../src/crypto/signing-key.ts'

const ttlSeconds = 300
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'postern-keys-'))
  initKeys(dir)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const file = (id: number) => join(dir, `signing-${id}.key`)
const signingFiles = () => readdirSync(dir).filter((name) => name.startsWith('signing'))
/** As a process sees them that starts now. */
const reopened = () => openSigningKeys(openKeyring(dir, { create: false }), ttlSeconds)
const published = () =>
  reopened()
    .published()
    .map(({ kid }) => kid)
const kidIn = (id: number) => parseSigningKey(readFileSync(file(id), 'utf8'))?.kid
const rotate = () => rotateSigningKeys(dir, ttlSeconds)

function makeOlder(id: number, seconds: number): void {
  const key = { ...JSON.parse(readFileSync(file(id), 'utf8')), created_at: new Date(Date.now() - seconds * 1000) }
  writeFileSync(file(id), JSON.stringify(key))
}

function refusalOf(act: () => unknown): KeyringError {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyringError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a key', () => {
  test('is named by its thumbprint and shows its public half alone', async () => {
    const key = parseSigningKey(newSigningKey())
    expect(key?.publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.stringMatching(/^[\w-]{43}$/) })
    expect(key?.kid).toBe(await calculateJwkThumbprint(key?.publicJwk ?? {}))
    expect([key?.privateKey.type, key?.publicKey.type]).toEqual(['private', 'public'])
    expect(Date.now() - Number(key?.createdAt)).toBeLessThan(60_000)
  })
})

describe('the first keys', () => {
  test('are two, for their owner alone; the older one signs, both are published', () => {
    expect(signingFiles()).toEqual(['signing-1.key', 'signing-2.key'])
    for (const id of [1, 2]) expect(statSync(file(id)).mode & 0o777).toBe(0o600)
    expect(reopened().getCurrent().kid).toBe(kidIn(1))
    expect(published()).toEqual([kidIn(1), kidIn(2)])
    expect(kidIn(1)).not.toBe(kidIn(2))
  })

  test('are made beside an encryption key that was there before, and where they are gone; one that is left stays alone', () => {
    const encryption = readFileSync(join(dir, 'encryption-1.key'))
    const left = kidIn(2)
    unlinkSync(file(1))
    expect(initKeys(dir)).toBe(false)
    expect(reopened().getCurrent().kid).toBe(left)
    unlinkSync(file(2))
    expect(initKeys(dir)).toBe(true)
    expect(signingFiles()).toEqual(['signing-1.key', 'signing-2.key'])
    expect(readFileSync(join(dir, 'encryption-1.key'))).toEqual(encryption)
  })
})

describe('a file that holds no key', () => {
  const createdAt = new Date().toISOString()
  const inFile = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), created_at: createdAt })
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const whole = inFile(privateKey)
  const broken: Record<string, string | object | number | null> = {
    nothing: '',
    garbage: 'my-secret-content',
    'half a key': newSigningKey().slice(0, 80),
    'a list': [],
    null: null,
    'a number': 1,
    'the public half': inFile(publicKey),
    'a secret': { kty: 'oct', k: 'c2VjcmV0', created_at: createdAt },
    'an X25519 key': inFile(generateKeyPairSync('x25519').privateKey),
    'an Ed448 key': inFile(generateKeyPairSync('ed448').privateKey),
    'a P-256 key': inFile(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    'too short a key': { ...whole, d: 'AAAA' },
    'no time': { ...whole, created_at: undefined },
    'a time that is none': { ...whole, created_at: 'yesterday' },
    'a time that is a number': { ...whole, created_at: 1 },
  }

  test.each(Object.entries(broken))(
    '%s: nothing is signed, the other key stays published, and the refusal names the file alone',
    (_name, content) => {
      const next = kidIn(2)
      writeFileSync(file(1), typeof content === 'string' ? content : JSON.stringify(content))
      const refusal = refusalOf(() => reopened().getCurrent())
      expect(refusal.message).toBe(`${file(1)} holds no key`)
      expect(refusal.cause).toBeUndefined()
      expect(published()).toEqual([next])
    },
  )

  test('one that cannot be read', () => {
    unlinkSync(file(1))
    mkdirSync(file(1))
    expect(refusalOf(() => reopened().getCurrent()).message).toBe(`${file(1)} cannot be read (EISDIR)`)
  })

  test('as the next key it hinders nobody', () => {
    const current = kidIn(1)
    writeFileSync(file(2), 'garbage')
    expect(reopened().getCurrent().kid).toBe(current)
  })
})

describe('rotation', () => {
  test('the next key signs, and the one before stays until a minute after its last token', () => {
    const next = kidIn(2)
    expect(rotate().kid).toBe(next)
    expect(signingFiles()).toEqual(['signing-1.key', 'signing-2.key', 'signing-3.key'])
    makeOlder(3, ttlSeconds + 50)
    expect(published()).toEqual([kidIn(1), kidIn(2), kidIn(3)])
    makeOlder(3, ttlSeconds + 70)
    expect(published()).toEqual([kidIn(2), kidIn(3)])
    rotate()
    expect(signingFiles()).toEqual(['signing-2.key', 'signing-3.key', 'signing-4.key'])
  })

  test('twice at once ends no token', () => {
    rotate()
    rotate()
    expect(reopened().getCurrent().kid).toBe(kidIn(3))
    expect(published()).toEqual([1, 2, 3, 4].map(kidIn))
  })

  test('is refused while the next key is broken, which would sign: the current one goes on', () => {
    const current = kidIn(1)
    writeFileSync(file(2), 'garbage')
    expect(refusalOf(rotate).message).toBe(`${file(2)} holds no key`)
    expect(signingFiles()).toEqual(['signing-1.key', 'signing-2.key'])
    expect(reopened().getCurrent().kid).toBe(current)
  })

  test('of none is refused', () => {
    for (const id of [1, 2]) unlinkSync(file(id))
    expect(refusalOf(rotate).message).toContain('keys init')
    expect(signingFiles()).toEqual([])
  })
})
