import { createHash, createHmac } from 'node:crypto'
import { compare } from 'bcrypt'
import { costs } from './stored-hash-cost.ts'
import type { Parse } from './stored-hash-parts.ts'
import { wordpressSpellings } from './wordpress-spellings.ts'

/** bcrypt ignores all bytes after these. */
const mostBytes = 72

type Form = {
  readonly pattern: RegExp
  /** What the system gives to bcrypt instead of the password. */
  readonly prepare: (password: string, salt: string) => string | Buffer
  /** The texts that the system may have taken for the password, each tried in turn; by default the password itself. */
  readonly spellings?: (password: string) => readonly string[]
}

const itself = (password: string): string => password
const onlyTyped = (password: string): readonly string[] => [password]

const forms: readonly Form[] = [
  // Django writes its name in front.
  { pattern: /^(?:bcrypt\$)?\$2[aby]\$(?<rounds>\d\d)\$(?<rest>[./A-Za-z0-9]{53})$/, prepare: itself },
  { pattern: /^\$2x\$(?<rounds>\d\d)\$(?<rest>[./A-Za-z0-9]{53})$/, prepare: withSignBug },
  {
    pattern: /^bcrypt_sha256\$\$2[aby]\$(?<rounds>\d\d)\$(?<rest>[./A-Za-z0-9]{53})$/,
    prepare: (password) => createHash('sha256').update(password).digest('hex'),
  },
  // passlib's bcrypt_sha256: https://passlib.readthedocs.io/en/stable/lib/passlib.hash.bcrypt_sha256.html
  {
    pattern:
      /^\$bcrypt-sha256\$v=2,t=2[ab],r=(?<rounds>\d{1,2})\$(?<salt>[./A-Za-z0-9]{22})\$(?<rest>[./A-Za-z0-9]{31})$/,
    prepare: (password, salt) => createHmac('sha256', salt).update(password).digest('base64'),
  },
  // Its first version.
  {
    pattern: /^\$bcrypt-sha256\$2[ab],(?<rounds>\d{1,2})\$(?<salt>[./A-Za-z0-9]{22})\$(?<rest>[./A-Za-z0-9]{31})$/,
    prepare: (password) => createHash('sha256').update(password).digest('base64'),
  },
  // wp_hash_password of WordPress 6.8.
  {
    pattern: /^\$wp\$2y\$(?<rounds>\d\d)\$(?<rest>[./A-Za-z0-9]{53})$/,
    prepare: (password) => createHmac('sha384', 'wp-sha384').update(password).digest('base64'),
    spellings: wordpressSpellings,
  },
]

/**
 * `$2x$` marks hashes of crypt_blowfish before 1.1, in which a byte above 127 set all bits of the bytes before it in
 * its word of four bytes. bcrypt reads only these words of the key, so it is given them instead of the password.
 */
function withSignBug(password: string): Buffer {
  const bytes = Buffer.from(`${password}\0`)
  const key = Buffer.alloc(mostBytes)
  for (let at = 0; at < mostBytes; at += 4) {
    let word = 0
    for (let next = at; next < at + 4; next++) word = (word << 8) | bytes.readInt8(next % bytes.length)
    key.writeInt32BE(word, at)
  }
  return key
}

export const parseBcrypt: Parse = (text) => {
  for (const { pattern, prepare, spellings = onlyTyped } of forms) {
    const found = pattern.exec(text)?.groups
    if (found === undefined) continue
    const { rounds: written = '', salt = '', rest = '' } = found
    const rounds = Number(written)
    if (rounds < 4) return 'malformed'
    const hash = `$2b$${written.padStart(2, '0')}$${salt}${rest}`
    return {
      scheme: 'bcrypt',
      cost: costs.bcrypt(rounds),
      verify: async (_argon2, password) => {
        // bcrypt stops at the first NUL, so what follows one would not count.
        if (password.includes('\0')) return false
        for (const spelling of spellings(password))
          if (await compare(Buffer.from(prepare(spelling, salt)).subarray(0, mostBytes), hash)) return true
        return false
      },
    }
  }
  return /^(?:bcrypt|\$2[abxy]\$|\$bcrypt|\$wp\$)/.test(text) ? 'malformed' : undefined
}
