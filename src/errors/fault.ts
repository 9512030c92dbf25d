import { catalogue, type ErrorCode } from './catalogue.ts'

export const rules = [
  'required',
  'type',
  'min_length',
  'max_length',
  'min',
  'max',
  'format',
  'charset',
  'reserved',
  'blank',
  'common',
  'personal',
  'unchanged',
  'taken',
  'future',
  'one_of',
  'breached',
] as const

export type Rule = (typeof rules)[number]

/** Names a field and the rule it broke; never the value that was sent. */
export type FieldProblem = {
  readonly path: string
  readonly rule: Rule
  readonly limit?: number
  readonly values?: readonly string[]
}

type Circumstances = {
  /** For developers, sent in development only: what happened, what to do. */
  readonly details?: string
  readonly fields?: readonly FieldProblem[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** An error of the catalogue on its way to the client. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly circumstances: Circumstances
  constructor(code: ErrorCode, circumstances: Circumstances = {}) {
    super(circumstances.details ?? catalogue[code].title, { cause: circumstances.cause })
    this.code = code
    this.circumstances = circumstances
  }
}

/** The right to raise these codes and no others [D1]. */
export type Fault<Code extends ErrorCode> = (code: Code, circumstances?: Circumstances) => DomainError

/** Declares the codes that a route, guard or plugin may answer with. Use cases get the result as `ctx.fault`. */
export function faults<const Code extends ErrorCode>(
  ...codes: Code[]
): Fault<Code> & { readonly codes: readonly Code[] } {
  const fault: Fault<Code> = (code, circumstances) => new DomainError(code, circumstances)
  return Object.assign(fault, { codes })
}
