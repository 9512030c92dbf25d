import type { Kind } from './kinds.ts'
import type { VariableName, variables } from './variables.ts'

/** Which process reads the configuration: some variables are asked of one only. */
export type Role = 'api' | 'worker' | 'cli'

/** What the process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>

type Variables = typeof variables

type ValueOf<Row> = Row extends { readonly kind: Kind<infer Value> }
  ? Row extends { readonly default: string }
    ? Value
    : Value | undefined
  : never

/**
 * The configuration, one field a variable: DATABASE_POOL_SIZE is `databasePoolSize`; `variables.ts` says what each
 * means. Units are in the names (`Ms`, `Seconds`, `Kib`), folders are absolute, origins end without a slash.
 * `undefined` is what is unset and has no default; of `databaseUrl` it means the embedded PostgreSQL. Frozen.
 */
export type Config = Readonly<
  { [Name in VariableName as Variables[Name]['field']]: ValueOf<Variables[Name]> } & {
    /** FRONTEND_URL is unset: in development the example front end has the pages under /account. */
    frontendIsDefault: boolean
  }
>
