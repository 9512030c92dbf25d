import type { CookieName } from '../http/cookies.ts'

/** The two codes of the catalogue without a domain. */
type BareCode = 'FORBIDDEN' | 'FILE_TOO_LARGE'

/**
 * One row for each code. `description` says what raises it, `meaning` what holds now, and `advice` what the caller
 * should do; developers of front ends read all three on /docs/errors and in docs/errors.md.
 */
export type ErrorTable<Domain extends string> = { readonly [Code in `${Domain}:${string}` | BareCode]?: ErrorRow }

export type ErrorRow = {
  readonly status: number
  readonly title: string
  readonly description: string
  readonly meaning: string
  readonly advice: string
  /** The version that first had it, unless that was the first of all. */
  readonly since?: string
  /** The cookie that is dead with this error: if the request sent it, the answer clears it. */
  readonly clears?: CookieName
}
