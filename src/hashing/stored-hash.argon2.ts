import { costs } from './stored-hash-cost.ts'
import type { Parse } from './stored-hash-parts.ts'

/** Bounds the lanes, as the reference library starts a thread for each. */
const mostLanes = 16
/** RFC 9106, section 3.1. */
const leastKibOfLane = 8
/** The libraries write the three parameters in different orders. */
const phc = /^\$(argon2(?:id|i|d))\$v=19\$([mtp=,\d]{11,40})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,171}$/
const django = /^argon2(?=\$argon2)/

/**
 * Marks an imported hash, in the way that Django writes it, so that it is replaced at the first sign-in whatever its
 * parameters.
 */
export const asForeign = (text: string): string => (text.startsWith('$argon2') ? `argon2${text}` : text)

type Cost = { readonly m: number | undefined; readonly t: number | undefined; readonly p: number | undefined }

/** The parameters of an argon2id hash. Returns undefined for any other hash. */
export function argon2Cost(text: string): Cost | undefined {
  const [, kind, parameters] = phc.exec(text) ?? []
  return kind === 'argon2id' && parameters !== undefined ? costOf(parameters) : undefined
}

function costOf(parameters: string): Cost {
  const found = new Map(parameters.split(',').map((one) => [one.slice(0, 2), Number(one.slice(2))]))
  return { m: found.get('m='), t: found.get('t='), p: found.get('p=') }
}

export const parseArgon2: Parse = (text) => {
  const bare = text.replace(django, '')
  if (!bare.startsWith('$argon2')) return undefined
  const parameters = phc.exec(bare)?.[2]
  if (parameters === undefined) return 'malformed'
  const { m = 0, t = 0, p = 0 } = costOf(parameters)
  if (t < 1 || p < 1 || p > mostLanes || m < p * leastKibOfLane) return 'malformed'
  return { scheme: 'argon2', cost: costs.argon2(m, t), verify: (argon2, password) => argon2.verify(bare, password) }
}
