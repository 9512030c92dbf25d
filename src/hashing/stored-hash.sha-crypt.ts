import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { costs } from './stored-hash-cost.ts'
import type { Parse } from './stored-hash-parts.ts'
import { isSame } from './stored-hash-parts.ts'

/** crypt(3) of Linux, which directories and Kratos use too: https://www.akkadia.org/drepper/SHA-crypt.txt */
const shape = /^\$(?<kind>[56])\$(?:rounds=(?<rounds>\d{1,9})\$)?(?<salt>[^$]{0,16})\$(?<key>[./0-9A-Za-z]+)$/
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const kinds = {
  5: { name: 'sha256', bytes: 32 },
  6: { name: 'sha512', bytes: 64 },
} as const
type Kind = (typeof kinds)[keyof typeof kinds]

const roundsByDefault = 5000
/** Rounds computed at a time, as nothing else runs in this process meanwhile. */
const atOnce = 512

export const parseShaCrypt: Parse = (text) => {
  if (!/^\$[56]\$/.test(text)) return undefined
  const found = shape.exec(text)?.groups
  const [kind, key = ''] = [kinds[found?.kind === '5' ? 5 : 6], found?.key]
  const rounds = Number(found?.rounds ?? roundsByDefault)
  if (found === undefined || rounds < 1000 || key.length !== Math.ceil((kind.bytes * 8) / 6)) return 'malformed'
  return {
    scheme: 'shaCrypt',
    cost: costs.shaCrypt(rounds),
    verify: async (_argon2, password) => {
      const digest = await digestOf(kind, Buffer.from(password), Buffer.from(found.salt ?? ''), rounds)
      return isSame(Buffer.from(encoded(digest)), Buffer.from(key))
    },
  }
}

/** The steps and their letters are those of the specification. */
async function digestOf({ name, bytes }: Kind, password: Buffer, salt: Buffer, rounds: number): Promise<Buffer> {
  const sha = (...parts: readonly Buffer[]): Buffer => hash(name, Buffer.concat(parts), 'buffer')
  const repeated = (digest: Buffer, length: number): Buffer => Buffer.alloc(length, digest)

  const b = sha(password, salt, password)
  const bits = [...password.length.toString(2)].toReversed()
  const a = sha(password, salt, repeated(b, password.length), ...bits.map((bit) => (bit === '1' ? b : password)))
  const p = repeated(sha(...Array.from({ length: password.length }, () => password)), password.length)
  const s = repeated(sha(...Array.from({ length: 16 + (a[0] ?? 0) }, () => salt)), salt.length)

  let c = a
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1
    const [first, last] = isOdd ? [p, c] : [c, p]
    c = sha(first, ...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p]), last)
    if (round % atOnce === atOnce - 1) await setImmediate()
  }
  return c.subarray(0, bytes)
}

/**
 * Three bytes of the digest give four characters, the lowest bits first. The bytes stand a third of the digest apart,
 * and their order turns from one group to the next.
 */
function encoded(digest: Buffer): string {
  const isSha512 = digest.length === 64
  const third = Math.floor(digest.length / 3)
  const turn = isSha512 ? 1 : 2
  const groups = Array.from({ length: third }, (_, at) =>
    sixBits(
      [0, 1, 2].map((one) => digest[at + third * ((one + at * turn) % 3)] ?? 0),
      4,
    ),
  )
  const rest = isSha512 ? sixBits([0, 0, digest[63] ?? 0], 2) : sixBits([0, digest[31] ?? 0, digest[30] ?? 0], 3)
  return groups.join('') + rest
}

function sixBits([high = 0, middle = 0, low = 0]: readonly number[], count: number): string {
  const word = (high << 16) | (middle << 8) | low
  return Array.from({ length: count }, (_, at) => alphabet[(word >> (6 * at)) & 63]).join('')
}
