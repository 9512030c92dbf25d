/** What a server's callers rely on, as `GET /v0/contract` gives it and `postern.lock.json` keeps it. */
export type Contract = {
  /** The version of Postern. */
  readonly version: string
  /** Stands for the operations with their codes and statuses; the client sends it as `X-Contract`. */
  readonly digest: string
  readonly operations: readonly Operation[]
  /** The HTTP status of each code. */
  readonly status: Readonly<Record<string, number>>
  /** The version that first had the code. */
  readonly since: Readonly<Record<string, string>>
}

export type Operation = {
  readonly method: string
  /** The path, as `/v0/auth/devices/{id}`. */
  readonly route: string
  /** What a request must have: fields of the body, and of the query with a `?` before them. */
  readonly needs: readonly string[]
  /** The statuses of its successes. */
  readonly statuses: readonly number[]
  /** The fields that its successes have, at any depth: `sessions[].id`. */
  readonly fields: readonly string[]
  /** The codes that it may refuse with. */
  readonly codes: readonly string[]
}

export const nameOf = ({ method, route }: Pick<Operation, 'method' | 'route'>): string => `${method} ${route}`

/** Longer than any contract; ours has 60 kB. */
export const mostBytes = 5_000_000

/** Returns undefined if the text is no contract. */
export function readContract(text: string): Contract | undefined {
  const value = readJson(text)
  return isContract(value) ? value : undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'

function isContract(value: unknown): value is Contract {
  if (!isObject(value)) return false
  const { version, digest, operations, status, since } = value
  return (
    isText(version) &&
    isText(digest) &&
    Array.isArray(operations) &&
    operations.every(isOperation) &&
    isObject(status) &&
    Object.values(status).every(isNumber) &&
    isObject(since) &&
    Object.values(since).every(isText)
  )
}

function isOperation(value: unknown): value is Operation {
  if (!isObject(value)) return false
  const { method, route, needs, statuses, fields, codes } = value
  const areTexts = [needs, fields, codes].every((list) => Array.isArray(list) && list.every(isText))
  return isText(method) && isText(route) && areTexts && Array.isArray(statuses) && statuses.every(isNumber)
}
