import { readFileSync } from 'node:fs'
import { OperatorError } from '../../../sign-in/operator-error.ts'
import { field, isYes } from '../entry.ts'
import type { Format } from '../format.ts'
import { needSalt } from '../need-salt.ts'
import { Refusal } from '../refusal.ts'

/** The columns that are used come first: https://firebase.google.com/docs/cli/auth#file_format */
const columns = ['localId', 'email', 'emailVerified', 'passwordHash', 'salt', 'displayName', 'photoUrl']
const allColumns = [
  ...columns,
  ...Array.from({ length: 16 }, (_, index) => `provider ${index}`),
  ...['createdAt', 'lastSignedInAt', 'phoneNumber', 'disabled', 'customAttributes'],
]

/** What `firebase auth:export` writes, as JSON or CSV. Hashes also need the parameters of the project. */
export const firebase = (hashConfig: HashConfig | undefined): Format => ({
  layout: { lists: ['users'], columns: allColumns },
  find: (record) => ({
    email: field(record, 'email'),
    isVerified: isYes(record.emailVerified),
    isDisabled: isYes(record.disabled),
    names: [],
    displayName: field(record, 'displayName'),
    passwordHash: field(record, 'passwordHash') && asHash(hashConfig, record.salt, record.passwordHash),
    createdAt: field(record, 'createdAt'),
  }),
})

export type HashConfig = {
  readonly signerKey: string
  readonly saltSeparator: string
  readonly rounds: number
  readonly memCost: number
}

/** The hash in the form in which Supabase stores Firebase's. */
function asHash(config: HashConfig | undefined, salt: unknown, hash: unknown): string {
  if (config === undefined) throw new Refusal('password_hash needs --hash-config')
  const { signerKey, saltSeparator, rounds, memCost } = config
  return `$fbscrypt$v=1,n=${memCost},r=${rounds},p=1,ss=${saltSeparator},sk=${signerKey}$${needSalt(salt)}$${hash}`
}

const names = {
  signerKey: 'base64_signer_key',
  saltSeparator: 'base64_salt_separator',
  rounds: 'rounds',
  memCost: 'mem_cost',
}

/** Reads the parameters as Firebase's console shows them, or as JSON. */
export function readHashConfig(file: string): HashConfig {
  const text = readFileSync(file, 'utf8')
  const named = (name: string): string => {
    const [, value] = new RegExp(`\\b${name}"?\\s*[:=]\\s*"?([A-Za-z0-9+/=_-]+)`).exec(text) ?? []
    if (value === undefined)
      throw new OperatorError(`${file} has no ${name}: it must hold hash_config { … } as Firebase's console shows it.`)
    return value
  }
  return {
    signerKey: named(names.signerKey),
    saltSeparator: named(names.saltSeparator),
    rounds: Number(named(names.rounds)),
    memCost: Number(named(names.memCost)),
  }
}
