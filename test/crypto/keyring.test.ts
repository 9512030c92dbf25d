import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { addressDigest } from '../../src/accounts/address-digest.ts'
import { addEncryptionKey, initKeys, type Keyring, KeyringError, openKeyring } from '../../src/crypto/keyring.ts'
import { open, seal } from '../../src/crypto/sealed-box.ts'

let home: string
let dir: string
let children: ChildProcess[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'postern-keys-'))
  dir = join(home, 'data', 'keys')
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

const firstKeys = ['encryption-1.key', 'signing-1.key', 'signing-2.key']
const first = () => join(dir, 'encryption-1.key')
const putKey = (id: number, content: string | Buffer) => writeFileSync(join(dir, `encryption-${id}.key`), content)
const newKey = () => `${randomBytes(32).toString('base64')}\n`

/** Files are looked at again after a second. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 50 })

function refusalOf(act: () => unknown): KeyringError {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyringError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the first key', () => {
  test('is for its owner alone, and so is its folder', () => {
    const before = process.umask(0)
    try {
      expect(initKeys(dir)).toBe(true)
    } finally {
      process.umask(before)
    }
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    for (const name of firstKeys) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir)).toEqual(firstKeys)
  })

  test('is made once', () => {
    initKeys(dir)
    const { secret } = openKeyring(dir, { create: true }).getSealingKey()
    expect(initKeys(dir)).toBe(false)
    expect(openKeyring(dir, { create: true }).getSealingKey().secret).toEqual(secret)
  })

  test('is not made where none may be made', () => {
    const keyring = openKeyring(dir, { create: false })
    expect(refusalOf(() => keyring.getSealingKey()).message).toContain(dir)
    expect(() => statSync(dir)).toThrow('ENOENT')
  })

  test('is one, of however many processes make it at once', async () => {
    const keyring = pathToFileURL(join(import.meta.dirname, '../../src/crypto/keyring.ts')).href
    const script = `
      import { createHash } from 'node:crypto'
      import { openKeyring } from ${JSON.stringify(keyring)}
      process.once('message', () => {
        const keyring = openKeyring(${JSON.stringify(dir)}, { create: true })
        const { id, secret } = keyring.getSealingKey()
        const [{ key }] = keyring.signingKeys()
        const seen = [id, createHash('sha256').update(secret).digest('hex'), key.kid].join()
        process.send(seen, () => process.disconnect())
      })
      process.send('ready')`
    children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    )
    await Promise.all(children.map((child) => once(child, 'message')))
    const answers = children.map(async (child) => (await once(child, 'message'))[0] as string)
    for (const child of children) child.send('go')
    const seen = await Promise.all(answers)
    expect(seen).toHaveLength(4)
    expect(new Set(seen).size).toBe(1)
    expect(seen[0]).toMatch(/^1,[0-9a-f]{64},[\w-]{43}$/)
    expect(readdirSync(dir)).toEqual(firstKeys)
  })
})

describe('a running process', () => {
  let keyring: Keyring
  let box: Buffer
  beforeEach(() => {
    keyring = openKeyring(dir, { create: true })
    box = seal(keyring, 'secret text', 'row')
  })

  test('misses a key that is taken away, and has it again once it is put back', async () => {
    renameSync(first(), join(home, 'aside'))
    await soon(() => expect(refusalOf(() => open(keyring, box, 'row')).message).toContain('encryption-1.key'))
    expect(refusalOf(() => seal(keyring, 'x', 'row')).message).toContain(dir)
    renameSync(join(home, 'aside'), first())
    await soon(() => expect(open(keyring, box, 'row').toString()).toBe('secret text'))
  })

  test('survives that the whole folder goes and comes back', async () => {
    renameSync(dir, join(home, 'aside'))
    await soon(() => expect(refusalOf(() => open(keyring, box, 'row')).message).toContain(dir))
    renameSync(join(home, 'aside'), dir)
    await soon(() => expect(open(keyring, box, 'row').toString()).toBe('secret text'))
  })

  test('seals with a newer key from then on, and opens what the older one sealed', async () => {
    putKey(2, newKey())
    await soon(() => expect(keyring.getSealingKey().id).toBe(2))
    const newer = seal(keyring, 'newer', 'row')
    expect(newer.readUInt32BE(1)).toBe(2)
    expect(open(keyring, newer, 'row').toString()).toBe('newer')
    expect(open(keyring, box, 'row').toString()).toBe('secret text')
  })

  test.each([
    ['too short', 'c2VjcmV0LWNvbnRlbnQ=\n'],
    ['empty', ''],
    ['text', 'my-secret-content, which is no key at all, whatever one makes of it'],
    ['65 bytes', `${randomBytes(65).toString('base64')}\n`],
  ])('names a malformed file (%s) and never shows its content', async (_name, content) => {
    putKey(2, content)
    const next = openKeyring(dir, { create: true })
    const refusal = refusalOf(() => next.getSealingKey())
    expect(refusal.message).toContain(join(dir, 'encryption-2.key'))
    const shown = `${refusal.message} ${refusal.stack} ${JSON.stringify(refusal.cause)}`
    if (content !== '') expect(shown).not.toContain(content.trim().slice(0, 12))
    // The older key is whole, and what it sealed still opens.
    expect(open(next, box, 'row').toString()).toBe('secret text')
  })

  test('names what cannot be read', async () => {
    mkdirSync(join(dir, 'encryption-2.key'))
    await soon(() => refusalOf(() => keyring.getSealingKey()))
    expect(refusalOf(() => keyring.getSealingKey()).message).toMatch(/encryption-2\.key cannot be read \(EISDIR\)/)
  })

  test.skipIf(process.geteuid?.() === 0)('names a file that it may not read', async () => {
    putKey(2, newKey())
    chmodSync(join(dir, 'encryption-2.key'), 0)
    await soon(() => refusalOf(() => keyring.getSealingKey()))
    expect(refusalOf(() => keyring.getSealingKey()).message).toMatch(/encryption-2\.key cannot be read \(EACCES\)/)
  })
})

describe('the digest of an address [AT20]', () => {
  const address = 'ada@example.com'
  const digestBy = (where: string) => addressDigest(openKeyring(where, { create: false }), address)

  test('is the same for every replica, before and after keys are rotated', () => {
    initKeys(dir)
    const running = openKeyring(dir, { create: false })
    const before = addressDigest(running, address)
    expect(digestBy(dir)).toBe(before)
    addEncryptionKey(dir)
    addEncryptionKey(dir)
    expect([addressDigest(running, address), digestBy(dir)]).toEqual([before, before])
    expect(addressDigest(running, 'eve@example.com')).not.toBe(before)
  })

  test('cannot be had without the key', () => {
    initKeys(dir)
    const other = join(home, 'other')
    initKeys(other)
    const plain = createHash('sha256').update(address).digest('base64url')
    expect(new Set([digestBy(dir), digestBy(other), plain]).size).toBe(3)
  })
})
