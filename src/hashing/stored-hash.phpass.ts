import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { costs } from './stored-hash-cost.ts'
import type { Parse } from './stored-hash-parts.ts'
import { isSame } from './stored-hash-parts.ts'
import { wordpressSpellings } from './wordpress-spellings.ts'

/** WordPress up to 6.7 and phpBB: https://www.openwall.com/phpass/ */
const shape = /^\$(?<kind>[PH])\$(?<rounds>[5-9A-Za-z./0-4])(?<salt>[./0-9A-Za-z]{8})(?<key>[./0-9A-Za-z]{22})$/
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Rounds computed at a time, as nothing else runs in this process meanwhile. */
const atOnce = 512

export const parsePhpass: Parse = (text) => {
  if (!/^\$[PH]\$/.test(text)) return undefined
  const { kind, rounds = '', salt = '', key = '' } = shape.exec(text)?.groups ?? {}
  const power = alphabet.indexOf(rounds)
  if (kind === undefined || power < 7) return 'malformed'
  return {
    scheme: 'phpass',
    cost: costs.phpass(power),
    verify: async (_argon2, password) => {
      for (const spelling of kind === 'P' ? wordpressSpellings(password) : [password]) {
        const digest = await digestOf(Buffer.from(spelling), Buffer.from(salt), 2 ** power)
        if (isSame(Buffer.from(encoded(digest)), Buffer.from(key))) return true
      }
      return false
    },
  }
}

async function digestOf(password: Buffer, salt: Buffer, rounds: number): Promise<Buffer> {
  let digest = hash('md5', Buffer.concat([salt, password]), 'buffer')
  for (let round = 1; round <= rounds; round++) {
    digest = hash('md5', Buffer.concat([digest, password]), 'buffer')
    if (round % atOnce === 0) await setImmediate()
  }
  return digest
}

/** Six bits per character, the lowest bits first. */
function encoded(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
    const characters = Math.min(4, Math.ceil(((bytes.length - at) * 8) / 6))
    for (let one = 0; one < characters; one++) text += alphabet[(three >> (6 * one)) & 63]
  }
  return text
}
