import { createHash } from 'node:crypto'
import { compare } from 'bcrypt'
import type { Parse } from './stored-hash.ts'
import { costs } from './stored-hash-cost.ts'

const shape = /^(bcrypt\$|bcrypt_sha256\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/

/** `$2a$`, `$2b$`, `$2y$`, and Django's two forms of them, one of which hashes the SHA-256 of the password in hex. */
export const parseBcrypt: Parse = (text) => {
  if (!/^(?:bcrypt|\$2[aby]\$)/.test(text)) return undefined
  const [, prefix, hash, rounds] = shape.exec(text) ?? []
  if (hash === undefined || Number(rounds) < 4) return 'malformed'
  return {
    isOwn: false,
    cost: costs.bcrypt(Number(rounds)),
    verify: async (_argon2, password) => {
      // bcrypt reads up to the first NUL: whatever follows one would not count.
      if (password.includes('\0')) return false
      const given = prefix === 'bcrypt_sha256$' ? createHash('sha256').update(password).digest('hex') : password
      return compare(given, hash.replace(/^\$2y/, '$2b'))
    },
  }
}
