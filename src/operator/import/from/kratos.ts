import { type Fields, field, firstField } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * Identities as the admin API lists and imports them. Addresses and names are traits, whose names differ between
 * schemas. https://www.ory.sh/docs/kratos/manage-identities/import-user-accounts-identities
 */
export const kratos: Format = {
  layout: { lists: ['identities'] },
  find: (record) => {
    const email = firstField(record.traits, 'email', 'emails', 'mail')
    const first = Array.isArray(email) ? email[0] : email
    return {
      email: first,
      isVerified: isVerified(record, first),
      isDisabled: field(record, 'state') !== undefined && record.state !== 'active',
      names: [firstField(record.traits, 'username', 'handle', 'nickname')],
      displayName: nameOf(field(record.traits, 'name')),
      passwordHash: field(record, 'credentials', 'password', 'config', 'hashed_password'),
      createdAt: field(record, 'created_at'),
    }
  },
}

function isVerified(record: Fields, email: unknown): boolean {
  const addresses = record.verifiable_addresses
  return Array.isArray(addresses) && addresses.some((one) => field(one, 'value') === email && one.verified === true)
}

const nameOf = (name: unknown): unknown =>
  typeof name === 'string' ? name : [field(name, 'first'), field(name, 'last')].filter(Boolean).join(' ')
