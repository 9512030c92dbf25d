import { readFileSync } from 'node:fs'

export type ForeignHash = { readonly system: string; readonly password: string; readonly hash: string }

/** Keycloak's fields of one credential, Discourse's of one row. */
type Recorded = Omit<ForeignHash, 'hash'> & {
  readonly hash?: string
  readonly credential?: Readonly<Record<string, string>>
  readonly row?: Readonly<Record<string, string>>
}

/** As the systems' own libraries made them: foreign/README.md. */
const recorded: readonly Recorded[] = JSON.parse(readFileSync(new URL('foreign/hashes.json', import.meta.url), 'utf8'))

const isHash = (one: Recorded): one is ForeignHash => one.hash !== undefined

export const foreignHashes: readonly ForeignHash[] = recorded.filter(isHash)

/** With the parameters that a system has by default: dear to verify. */
const isByDefault = ({ password }: ForeignHash): boolean => password === 'correct horse battery'

export const byDefault = foreignHashes.filter(isByDefault)
export const cheap = foreignHashes.filter((one) => !isByDefault(one))

export function foreignHash(system: RegExp, password = 'correct horse battery'): ForeignHash {
  const found = foreignHashes.find((one) => system.test(one.system) && one.password === password)
  if (found === undefined) throw new Error(`no hash of ${system}`)
  return found
}
