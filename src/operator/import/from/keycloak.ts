import { asName, field, isFields } from '../entry.ts'
import type { Format } from '../format.ts'
import { needSalt } from '../need-salt.ts'

/**
 * A realm with its users as `kc.sh export` writes it, or one of its files of users.
 * https://www.keycloak.org/server/importExport
 */
export const keycloak: Format = {
  layout: { lists: ['users'] },
  find: (record) => ({
    email: field(record, 'email'),
    isVerified: record.emailVerified === true,
    isDisabled: record.enabled === false || field(record, 'serviceAccountClientId') !== undefined,
    names: [asName(record.username)],
    displayName: [record.firstName, record.lastName]
      .filter((name) => typeof name === 'string' && name !== '')
      .join(' '),
    passwordHash: hashOf(record.credentials),
    createdAt: field(record, 'createdTimestamp'),
  }),
}

function hashOf(credentials: unknown): string | undefined {
  const found = Array.isArray(credentials) ? credentials.find((one) => field(one, 'type') === 'password') : undefined
  if (found === undefined) return undefined
  const secret = parsed(field(found, 'secretData')) ?? {
    value: field(found, 'hashedSaltedValue'),
    salt: field(found, 'salt'),
  }
  const data = parsed(field(found, 'credentialData')) ?? found
  const [value, salt] = [field(secret, 'value'), needSalt(field(secret, 'salt'))]
  const [algorithm, rounds] = [String(field(data, 'algorithm')), field(data, 'hashIterations')]
  if (algorithm !== 'argon2') return `$${algorithm}$i=${rounds}$${salt}$${value}`
  const parameter = (name: string): unknown => [field(data, 'additionalParameters', name)].flat()[0]
  const cost = `m=${parameter('memory')},t=${rounds},p=${parameter('parallelism')}`
  return `$argon2${parameter('type')}$v=19$${cost}$${unpadded(salt)}$${unpadded(value)}`
}

const unpadded = (base64: unknown): string => String(base64).replace(/=+$/, '')

/** Parses JSON that Keycloak writes as a string. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return isFields(text) ? text : undefined
  try {
    return JSON.parse(text)
  } catch {
    // The account is then refused, because its hash is not in a known form.
    return undefined
  }
}
