import { emailKey } from '../../../text/email.ts'
import { type Fields, field, firstField, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * Identities as the admin API lists and imports them. Addresses and names are traits, whose names differ between
 * schemas. https://www.ory.sh/docs/kratos/manage-identities/import-user-accounts-identities
 */
export const kratos: Format = {
  layout: { lists: ['identities'] },
  find: (record) => {
    const emails = [firstField(record.traits, 'email', 'emails', 'mail')].flat()
    const verified = emails.find((email) => isVerified(record, email))
    return {
      email: verified ?? emails[0],
      isVerified: verified !== undefined,
      isDisabled: field(record, 'state') !== undefined && record.state !== 'active',
      names: [firstField(record.traits, 'username', 'handle', 'nickname')],
      displayName: nameOf(field(record.traits, 'name')),
      passwordHash: field(record, 'credentials', 'password', 'config', 'hashed_password'),
      createdAt: field(record, 'created_at'),
    }
  },
}

/** Kratos writes the verified address in lower case, and the trait as it was typed. */
function isVerified({ verifiable_addresses: addresses }: Fields, email: unknown): boolean {
  return Array.isArray(addresses) && addresses.some((one) => isSame(field(one, 'value'), email) && isYes(one.verified))
}

const isSame = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' && typeof other === 'string' && emailKey(one.trim()) === emailKey(other.trim())

const nameOf = (name: unknown): unknown =>
  typeof name === 'string' ? name : [field(name, 'first'), field(name, 'last')].filter(Boolean).join(' ')
