import { createCipheriv } from 'node:crypto'
import { deriveScrypt, isScryptCost } from './stored-hash.scrypt.ts'
import { costs } from './stored-hash-cost.ts'
import type { Parse } from './stored-hash-parts.ts'
import { decodeBytes, isSame, isUsableKey, isUsableSalt } from './stored-hash-parts.ts'

/**
 * Firebase's own scrypt, https://github.com/firebase/scrypt: the key derived from the password encrypts the project's
 * key. Supabase writes it as `$fbscrypt$`, Kratos as `$firescrypt$`, both with the parameters of the project.
 */
const forms: readonly RegExp[] = [
  /^\$fbscrypt\$v=1,n=(?<n>\d{1,2}),r=(?<r>\d{1,3}),p=(?<p>\d{1,3})(?:,ss=(?<separator>[^,$]*))?,sk=(?<signer>[^,$]+)\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/,
  /^\$firescrypt\$ln=(?<n>\d{1,2}),r=(?<r>\d{1,3}),p=(?<p>\d{1,3})\$(?<salt>[^$]+)\$(?<hash>[^$]+)\$(?<separator>[^$]*)\$(?<signer>[^$]+)$/,
]

export const parseFirebase: Parse = (text) => {
  if (!/^\$fi(?:re)?scrypt\$|^\$fbscrypt\$/.test(text)) return undefined
  const found = forms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined)
  const decoded = ['salt', 'separator', 'signer', 'hash'].map((name) => decodeBytes(found?.[name] ?? ''))
  const [salt, separator, signer, hash] = decoded
  if (found === undefined || !salt || !separator || !signer || !hash) return 'malformed'
  const [salted, cost] = [
    Buffer.concat([salt, separator]),
    { n: 2 ** Number(found.n), r: Number(found.r), p: Number(found.p) },
  ]
  if (!isUsableSalt(salted) || !isUsableKey(hash) || signer.length !== hash.length) return 'malformed'
  if (!isScryptCost(cost)) return 'malformed'
  return {
    scheme: 'scrypt',
    cost: costs.scrypt(cost.n, cost.r, cost.p),
    verify: async (_argon2, password) => {
      const key = await deriveScrypt(cost, password, salted, 32)
      return isSame(createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(signer), hash)
    },
  }
}
