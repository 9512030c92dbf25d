import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../errors/catalogue.ts'
import { DomainError, type FieldProblem, type Rule } from '../errors/fault.ts'

/** What a field rule says of a value that breaks it. */
export type Breach = { readonly rule: Rule; readonly limit?: number; readonly values?: readonly string[] }

type TextOptions = {
  readonly findBreach?: (value: string) => Breach | undefined
  /** What is done to the text before its rule sees it. */
  readonly cleaned?: z.ZodString
  /** In an optional field an empty text may be a value like any other. */
  readonly mayBeEmpty?: true
  /** What OpenAPI says of it. */
  readonly meta: z.core.GlobalMeta
}

/** Fields whose value can break a rule, and with it the request. */
const ruled = new WeakSet<z.core.$ZodType>()

/** A string field with a rule of the contract; an empty text always breaks it. */
export function ruledText({ findBreach, cleaned = z.string(), mayBeEmpty, meta }: TextOptions) {
  const field = cleaned
    .superRefine((value, context) => {
      const breach = findBreach?.(value) ?? (value === '' && !mayBeEmpty ? { rule: 'min_length', limit: 1 } : undefined)
      if (breach) context.addIssue({ code: 'custom', params: breach })
    })
    .meta({ ...(!mayBeEmpty && { minLength: 1 }), ...meta })
  if (findBreach) ruled.add(field)
  return field
}

/** One of these words, and no other. */
export const oneOf = (values: readonly string[], meta: z.core.GlobalMeta) =>
  ruledText({ findBreach: (text) => (values.includes(text) ? undefined : { rule: 'one_of', values }), meta })

/** A number in a query: an absent one is the route's to say. */
export const wholeNumberText = ({ least, most }: { readonly least: number; readonly most: number }) =>
  ruledText({
    findBreach: (text) => {
      if (!/^-?\d{1,300}$/.test(text)) return { rule: 'type' }
      if (Number(text) < least) return { rule: 'min', limit: least }
      return Number(text) > most ? { rule: 'max', limit: most } : undefined
    },
    meta: { description: `${least} to ${most}` },
  })

/** What a request with this body or query may be refused with. */
export const validationCodes = (schema: z.ZodObject): readonly ErrorCode[] =>
  ruledFields(schema).length > 0 ? ['general:bad_request', 'general:validation_error'] : ['general:bad_request']

/** Its fields whose value can break a rule. */
export const ruledFields = ({ shape }: z.ZodObject): readonly string[] =>
  Object.keys(shape).filter((name) => ruled.has(bare(shape[name] as z.core.$ZodType)))

/** The field itself, whether it may be left out or cleared. */
function bare(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodOptional || field instanceof z.ZodNullable ? bare(field.unwrap()) : field
}

/**
 * Checks body, query and parameters. Absent, null or "" in a required field and a wrong JSON type are
 * `general:bad_request`; a value that breaks its rule is `general:validation_error`. `fields` names them, never what
 * was sent.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodObject> = ({ schema, httpPart }) => {
  // In a path nothing can be left out: an empty part of it is a value.
  const mayLack = httpPart !== 'params'
  return (data: unknown) => {
    // No body at all stands for an empty one.
    const result = schema.safeParse(data ?? {})
    return result.success
      ? { value: result.data }
      : { error: requestError(result.error.issues, (path) => mayLack && isMissing(schema, data, path)) }
  }
}

type IsMissing = (path: readonly PropertyKey[]) => boolean

function requestError(issues: readonly z.core.$ZodIssue[], isMissing: IsMissing): DomainError {
  const problems = new Map<string, FieldProblem>()
  for (const issue of issues) {
    const problem = fieldProblem(issue, isMissing)
    if (!problems.has(problem.path)) problems.set(problem.path, problem)
  }
  const all = [...problems.values()]
  const malformed = all.filter(({ rule }) => rule === 'required' || rule === 'type')
  return malformed.length > 0
    ? new DomainError('general:bad_request', { fields: malformed })
    : new DomainError('general:validation_error', { fields: all })
}

function fieldProblem(issue: z.core.$ZodIssue, isMissing: IsMissing): FieldProblem {
  const path = issue.path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  if (isMissing(issue.path)) return { path, rule: 'required' }
  if (issue.code === 'custom' && issue.params) return { path, ...(issue.params as Breach) }
  return { path, rule: 'type' }
}

function isMissing(schema: z.ZodObject, data: unknown, [name]: readonly PropertyKey[]): boolean {
  if (typeof name !== 'string') return false
  const field = schema.shape[name]
  if (field?.safeParse(undefined).success) return false
  const value = (data as Record<string, unknown> | null)?.[name]
  return value === undefined || value === null || value === ''
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID of any version; in a path anything else names nothing. */
export const isUuid = (text: string): boolean => uuid.test(text)
