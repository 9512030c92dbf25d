import type { Kind } from './kinds.ts'
import type { VariableName, variables } from './variables.ts'

/** The process that reads the configuration: some rules apply to one of them only. */
export type Role = 'api' | 'worker' | 'cli'

/** The environment variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** `file`: the file that NAME_FILE names. */
export type Source = 'env' | 'file'

type Variables = typeof variables

type ValueOf<Row> = Row extends { readonly kind: Kind<infer Value> }
  ? Row extends { readonly default: string }
    ? Value
    : Value | undefined
  : never

/**
 * The configuration, one field a variable: DATABASE_POOL_SIZE is `databasePoolSize`; `variables.ts` says what each
 * means. Units are in the names (`Ms`, `Seconds`, `Kib`), folders are absolute, origins end without a slash. A variable
 * that is unset and has no default is `undefined`; for `databaseUrl` that means the embedded PostgreSQL. Frozen.
 */
export type Config = Readonly<
  { [Name in VariableName as Variables[Name]['field']]: ValueOf<Variables[Name]> } & {
    /** Whether FRONTEND_URL is unset. Then in development the example front end serves the pages under /account. */
    frontendIsDefault: boolean
    /** Where the variables that are set come from; the others have their defaults. */
    sources: Readonly<Partial<Record<VariableName, Source>>>
  }
>
