/** One account of an export as it stands there, or why it cannot be read. */
export type Entry = {
  /** Where it stands: `line 3`, `account 3`. */
  readonly at: string
} & ({ readonly record: Fields } | { readonly refused: string })

export type Fields = Readonly<Record<string, unknown>>

/** Gets a file's text piece by piece, in the order it stands there, and gives the entries that a piece ends. */
export type Reader = {
  push(text: string): Entry[]
  end(): Entry[]
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What stands under a name, and under names in it; nothing where that is null or empty, as exports write what there is
 * not.
 */
export function field(record: unknown, ...path: readonly string[]): unknown {
  const value = path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), record)
  return value === null || value === '' ? undefined : value
}

/** The first of several names under which something stands. */
export const firstField = (record: unknown, ...names: readonly string[]): unknown =>
  names.map((name) => field(record, name)).find((value) => value !== undefined)

/** JSON has true, PostgreSQL's CSV t, MySQL's 1. */
export const isYes = (value: unknown): boolean => /^(?:true|t|1|yes)$/i.test(String(value))

/** A name to sign in by, unless that is an address. */
export const asName = (value: unknown): unknown => (String(value).includes('@') ? undefined : value)
