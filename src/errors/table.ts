import type { CookieName } from '../http/cookies.ts'

/** The two codes of the catalogue that carry no domain. */
type BareCode = 'FORBIDDEN' | 'FILE_TOO_LARGE'

/**
 * One row a code; the wire code is its only spelling. `description` says what raises it, `meaning` what is so now, and
 * `advice` what its caller should do: these three are for whoever writes a front end, on /docs/errors and
 * docs/errors.md.
 */
export type ErrorTable<Domain extends string> = { readonly [Code in `${Domain}:${string}` | BareCode]?: ErrorRow }

export type ErrorRow = {
  readonly status: number
  readonly title: string
  readonly description: string
  readonly meaning: string
  readonly advice: string
  /** The cookie that is over with it: where the request sent it, the answer takes it back. */
  readonly clears?: CookieName
}
