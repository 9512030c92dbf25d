/** One account as an export has it, or why it cannot be read. */
export type Entry = {
  /** Its place in the file: `line 3`, `account 3`. */
  readonly at: string
} & ({ readonly record: Fields } | { readonly refused: string })

export type Fields = Readonly<Record<string, unknown>>

/** Takes a file's text piece by piece, in order. `push` returns the entries that end in the piece. */
export type Reader = {
  push(text: string): Entry[]
  end(): Entry[]
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path of names. Returns undefined if it is null or empty, as exports write missing values. */
export function field(record: unknown, ...path: readonly string[]): unknown {
  const value = path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), record)
  return value === null || value === '' ? undefined : value
}

/** The value of the first of these fields that has one. */
export const firstField = (record: unknown, ...names: readonly string[]): unknown =>
  names.map((name) => field(record, name)).find((value) => value !== undefined)

/** Text that PostgreSQL keeps as it is: without NUL, and without half a character. */
export const isKeepable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** An id as text. Returns undefined if it is none, or a number that JSON may have rounded to somebody else's. */
export const asId = (value: unknown): string | undefined =>
  (typeof value === 'string' && isKeepable(value)) || Number.isSafeInteger(value) ? String(value) : undefined

/** JSON writes true, CSV of PostgreSQL t, CSV of MySQL 1. */
export const isYes = (value: unknown): boolean => /^(?:true|t|1|yes)$/i.test(String(value))

/** Returns the sign-in name, or undefined if it is an e-mail address. */
export const asName = (value: unknown): unknown => (String(value).includes('@') ? undefined : value)
