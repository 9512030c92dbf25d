import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../errors/catalogue.ts'
import { DomainError, type FieldProblem, type Rule } from '../errors/fault.ts'

/** How a value breaks the rule of a field. */
export type Breach = { readonly rule: Rule; readonly limit?: number; readonly values?: readonly string[] }

type TextOptions = {
  readonly findBreach?: (value: string) => Breach | undefined
  /** How the text is cleaned before the rule sees it. */
  readonly cleaned?: z.ZodString
  /** Allows an empty text as a value, for an optional field. */
  readonly mayBeEmpty?: true
  /** The field's metadata in the OpenAPI document. */
  readonly meta: z.core.GlobalMeta
}

/** Fields whose value can break a rule, which refuses the request. */
const ruled = new WeakSet<z.core.$ZodType>()

/** A string field with a rule of the contract; an empty text breaks it unless `mayBeEmpty` is set. */
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

/** A text that must be one of these words. */
export const oneOf = (values: readonly string[], meta: z.core.GlobalMeta) =>
  ruledText({ findBreach: (text) => (values.includes(text) ? undefined : { rule: 'one_of', values }), meta })

/** A whole number in a query string. If it is absent, the route decides what that means. */
export const wholeNumberText = ({ least, most }: { readonly least: number; readonly most: number }) =>
  ruledText({
    findBreach: (text) => {
      if (!/^-?\d{1,300}$/.test(text)) return { rule: 'type' }
      if (Number(text) < least) return { rule: 'min', limit: least }
      return Number(text) > most ? { rule: 'max', limit: most } : undefined
    },
    meta: { description: `${least} to ${most}` },
  })

type Forms = readonly (readonly string[])[]
const inForms = new WeakMap<object, Forms>()

/**
 * Marks a body that has one of several forms, told apart by their fields. A body without any of these fields is refused
 * because it lacks those of the first form.
 */
export function inOneForm<Schema extends z.ZodObject>(schema: Schema, forms: Forms): Schema {
  const described = schema.meta({ minProperties: 1 })
  inForms.set(described, forms)
  return described
}

/** Removes the named fields that are null or empty. */
function withoutBlanks(data: unknown, names: readonly string[]): unknown {
  if (typeof data !== 'object' || data === null) return data
  const isBlank = ([name, value]: [string, unknown]) => names.includes(name) && (value === null || value === '')
  return Object.fromEntries(Object.entries(data).filter((entry) => !isBlank(entry)))
}

function formError(data: unknown, forms: Forms): DomainError | undefined {
  const has = (name: string): boolean => (data as Record<string, unknown> | undefined)?.[name] !== undefined
  const begun = forms.filter((form) => form.some(has))
  if (begun.length > 1) {
    const details = `Send exactly one of ${forms.map((form) => form.join(' with ')).join(' and ')}.`
    return new DomainError('general:bad_request', { details })
  }
  const missing = (begun[0] ?? forms[0] ?? []).filter((name) => !has(name))
  if (missing.length === 0) return undefined
  const fields = missing.map((name) => ({ path: `/${name}`, rule: 'required' as const }))
  return new DomainError('general:bad_request', { fields })
}

/** What a request with this body or query may be refused with. */
export const validationCodes = (schema: z.ZodObject): readonly ErrorCode[] =>
  ruledFields(schema).length > 0 ? ['general:bad_request', 'general:validation_error'] : ['general:bad_request']

/** The schema's fields whose value can break a rule. */
export const ruledFields = ({ shape }: z.ZodObject): readonly string[] =>
  Object.keys(shape).filter((name) => ruled.has(bare(shape[name] as z.core.$ZodType)))

/** The field inside optional and nullable wrappers. */
export function bare(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodOptional || field instanceof z.ZodNullable ? bare(field.unwrap()) : field
}

/**
 * Checks body, query and parameters. A required field that is absent, null or "", and a wrong JSON type, is
 * `general:bad_request`; a value that breaks its rule is `general:validation_error`. `fields` names the fields, never
 * what was sent.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodObject> = ({ schema, httpPart }) => {
  // A path cannot lack a part: an empty one is a value.
  const mayLack = httpPart !== 'params'
  const forms = inForms.get(schema)
  const read = (data: unknown) => (forms ? withoutBlanks(data, forms.flat()) : data)
  return (sent: unknown) => {
    // A missing body is read like an empty one.
    const data = read(sent ?? {})
    const result = schema.safeParse(data)
    const error = result.success
      ? forms && formError(data, forms)
      : requestError(result.error.issues, (path) => mayLack && isMissing(schema, data, path))
    return error ? { error } : { value: result.data }
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

/** Whether the text is a UUID, of any version. */
export const isUuid = (text: string): boolean => uuid.test(text)
