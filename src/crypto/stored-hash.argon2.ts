import type { Parse } from './stored-hash.ts'

/** 1 GiB, 10 passes, 16 lanes [PW6]. */
const bounds = { m: 1024 * 1024, t: 10, p: 16 }
/** The libraries write the three parameters in different orders. */
const phc = /^\$(argon2(?:id|i|d))\$v=19\$([mtp=,\d]{11,40})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,171}$/
const django = /^argon2(?=\$argon2)/

type Cost = { readonly m: number | undefined; readonly t: number | undefined; readonly p: number | undefined }

/** Of an argon2id hash; of any other there is nothing to compare. */
export function argon2Cost(text: string): Cost | undefined {
  const [, kind, parameters] = phc.exec(text) ?? []
  return kind === 'argon2id' && parameters !== undefined ? costOf(parameters) : undefined
}

function costOf(parameters: string): Cost {
  const found = new Map(parameters.split(',').map((one) => [one.slice(0, 2), Number(one.slice(2))]))
  return { m: found.get('m='), t: found.get('t='), p: found.get('p=') }
}

const within = (value: number | undefined, most: number): boolean => value !== undefined && value >= 1 && value <= most

export const parseArgon2: Parse = (text) => {
  const bare = text.replace(django, '')
  if (!bare.startsWith('$argon2')) return undefined
  const parameters = phc.exec(bare)?.[2]
  if (parameters === undefined) return 'malformed'
  const { m, t, p } = costOf(parameters)
  if (!(within(m, bounds.m) && within(t, bounds.t) && within(p, bounds.p))) return 'too costly'
  return { isOwn: bare === text, verify: (argon2, password) => argon2.verify(bare, password) }
}
