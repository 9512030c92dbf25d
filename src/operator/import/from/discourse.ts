import { type Fields, field, firstField, isYes } from '../entry.ts'
import type { Format } from '../format.ts'
import { isAhead } from '../instant.ts'
import { needSalt } from '../need-salt.ts'

/**
 * Discourse's export of users, or the result of the query in docs/import.md, which includes hashes. `active` says that
 * the address is verified.
 */
export const discourse: Format = {
  layout: { lists: ['users'] },
  find: (record) => ({
    email: field(record, 'email'),
    isVerified: isYes(record.active),
    isDisabled: isAhead(field(record, 'suspended_till')) || isYes(field(record, 'staged')),
    names: [field(record, 'username')],
    displayName: firstField(record, 'name', 'username'),
    passwordHash: hashOf(record),
    createdAt: field(record, 'created_at'),
  }),
}

const defaultAlgorithm = '$pbkdf2-sha256$i=64000,l=32$'

/** Discourse writes salt and hash in hex. Its salt is the hex text itself, not the bytes that it stands for. */
function hashOf(record: Fields): string | undefined {
  const hash = field(record, 'password_hash')
  if (hash === undefined) return undefined
  const salt = needSalt(firstField(record, 'salt', 'password_salt'))
  const algorithm = String(field(record, 'password_algorithm') ?? defaultAlgorithm).replace(/\$?$/, '$')
  const [saltText, key] = [Buffer.from(salt), Buffer.from(String(hash), 'hex')].map((bytes) => bytes.toString('base64'))
  return `${algorithm}${saltText}$${key}`
}
