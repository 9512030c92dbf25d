import { createHash } from 'node:crypto'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'

/** Refers to a schema of the document. */
const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const fieldProblem = {
  type: 'object',
  description: 'Which field broke which rule; never the value that was sent.',
  required: ['path', 'rule'],
  properties: {
    path: { type: 'string', description: 'JSON pointer', examples: ['/password'] },
    rule: { type: 'string', examples: ['min_length'] },
    limit: { type: 'integer' },
    values: { type: 'array', items: { type: 'string' } },
  },
}

/** The two forms of an error, but for its code and fields. */
const forms = {
  Error: { required: ['status'], properties: { details: { type: 'string' } } },
  Problem: {
    required: ['type', 'title', 'status'],
    properties: { type: { type: 'string', format: 'uri' }, title: { type: 'string' }, detail: { type: 'string' } },
  },
}

/** The codes that an operation declares for one status, until `nameErrors` puts a reference in their place. */
type Draft = { readonly content: { readonly codes: { readonly schema: { readonly enum: readonly ErrorCode[] } } } }

/** Groups the codes by status. */
export function errorResponses(codes: ReadonlySet<ErrorCode>): Record<string, Draft> {
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status)
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [status, { content: { codes: { schema: { enum: [...list].sort() } } } }]),
  )
}

type Operation = { responses?: Record<string, unknown> }
type Components = { readonly schemas: Record<string, object>; readonly responses: Record<string, object> }

const codesOfDraft = (response: unknown): readonly ErrorCode[] | undefined =>
  (response as Partial<Draft>).content?.codes?.schema.enum

const keyOf = (codes: readonly ErrorCode[]): string => codes.join(' ')

/**
 * Names every set of codes that some status is answered with, and puts a reference where the set was declared. Returns
 * the components that the references lead to.
 */
export function nameErrors(operations: readonly Operation[]): Components {
  const drafts = operations.flatMap(({ responses = {} }) =>
    Object.entries(responses).flatMap(([status, response]) => {
      const codes = codesOfDraft(response)
      return codes === undefined ? [] : [{ responses, status, codes }]
    }),
  )
  const sets = new Map(drafts.map(({ codes }) => [keyOf(codes), codes]))
  for (const { responses, status, codes } of drafts)
    responses[status] = { $ref: `#/components/responses/${nameOf(codes)}` }
  const named = [...sets.values()].map((codes) => [nameOf(codes), codes] as const)
  return {
    schemas: {
      FieldProblem: fieldProblem,
      FieldProblems: { type: 'array', items: schemaRef('FieldProblem') },
      ...formsOf(new Set(named.map(([, codes]) => statusOf(codes)))),
      ...Object.fromEntries(named.map(([name, codes]) => [`${name}Code`, codeOf(codes)])),
    },
    responses: Object.fromEntries(named.map(([name, codes]) => [name, responseOf(name, codes)])),
  }
}

/** All codes of a set have the same status. */
function statusOf([first]: readonly ErrorCode[]): number {
  if (first === undefined) throw new Error('a status without codes')
  return catalogue[first].status
}

/** Both forms by status: `ConflictError`, `ConflictProblem`. */
function formsOf(statuses: ReadonlySet<number>): Record<string, object> {
  return Object.fromEntries(
    [...statuses].flatMap((status) =>
      Object.entries(forms).map(([form, { required, properties }]) => [
        `${statusNames[status]}${form}`,
        { type: 'object', required, properties: { status: { type: 'integer', const: status }, ...properties } },
      ]),
    ),
  )
}

/** What both forms of an answer have in common: one of the codes, and the fields that some codes come with. */
function codeOf(codes: readonly ErrorCode[]) {
  const hasFields = codes.some((code) => code === 'general:bad_request' || code === 'general:validation_error')
  const fields = hasFields ? { fields: schemaRef('FieldProblems') } : {}
  return { type: 'object', required: ['code'], properties: { code: { type: 'string', enum: codes }, ...fields } }
}

function responseOf(name: string, codes: readonly ErrorCode[]) {
  const inForm = (form: keyof typeof forms) => ({
    schema: { allOf: [schemaRef(`${statusNames[statusOf(codes)]}${form}`), schemaRef(`${name}Code`)] },
  })
  return {
    description: codes.map((code) => catalogue[code].title).join('; '),
    content: { 'application/json': inForm('Error'), 'application/problem+json': inForm('Problem') },
  }
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'TooLarge',
  415: 'UnsupportedType',
  429: 'TooMany',
  500: 'ServerError',
  502: 'BadGateway',
  503: 'Unavailable',
}

const pascal = (text: string): string =>
  text.toLowerCase().replace(/(?:^|[:_])(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Nearly every route has codes of these domains, so they are left out of names. */
const everywhere: readonly string[] = ['general', 'system', 'FORBIDDEN']

/**
 * The status, the domains and, unless the set has one code only, a digest of its codes. The name depends on the set
 * alone, so that a generated client keeps its names when others change.
 */
function nameOf(codes: readonly ErrorCode[]): string {
  const status = statusNames[statusOf(codes)]
  if (codes.length === 1) return status + codes.map(pascal).join('')
  const domains = new Set(codes.map((code) => code.split(':')[0] ?? '').filter((one) => !everywhere.includes(one)))
  const digest = createHash('sha256').update(keyOf(codes)).digest('hex').slice(0, 6)
  return `${status}${[...domains].map(pascal).join('')}_${digest}`
}
