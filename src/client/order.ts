import type { FieldProblem } from './errors.ts'

/** The content of the header `X-Postern-Force`. A missing field leaves the server's default. */
export type Order = {
  readonly code: string
  readonly times?: number | undefined
  readonly delayMs?: number | undefined
  readonly fields?: readonly FieldProblem[] | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly phase?: 'before' | 'after' | undefined
  readonly answer?: 'drop' | 'garbage' | undefined
  /** Separates the counts of `times` of orders that are otherwise equal. */
  readonly id?: string | undefined
}

type Kind = { readonly expected: string; readonly read: (text: string) => unknown }

const wholeNumber = (least: number, most: number): Kind => ({
  expected: `a whole number from ${least} to ${most}`,
  read: (text) => (/^\d{1,9}$/.test(text) && +text >= least && +text <= most ? +text : undefined),
})

const oneOf = (...choices: readonly string[]): Kind => ({
  expected: choices.join(' or '),
  read: (text) => choices.find((choice) => choice === text),
})

const mostFields = 20
const fieldPattern = /^(\/[\w~/-]{0,100}):([a-z_]{1,40})(?::([^,:;]{1,200}))?$/

const fieldList: Kind = {
  expected: `/field:rule or /field:rule:limit, comma-separated, at most ${mostFields}`,
  read: (text) => {
    const fields = text.split(',').map(readField)
    return fields.length > mostFields || fields.includes(undefined) ? undefined : fields
  },
}

function readField(text: string): FieldProblem | undefined {
  const [, path, rule, more] = fieldPattern.exec(text.trim()) ?? []
  if (path === undefined || rule === undefined) return undefined
  if (more === undefined) return { path, rule }
  const isLimit = rule !== 'one_of' && /^-?\d{1,15}$/.test(more)
  return isLimit ? { path, rule, limit: +more } : { path, rule, values: more.split('|') }
}

const parameters: ReadonlyMap<string, Kind & { readonly field: keyof Order }> = new Map([
  ['times', { field: 'times', ...wholeNumber(1, 1_000_000) }],
  ['delay', { field: 'delayMs', ...wholeNumber(0, 30_000) }],
  ['fields', { field: 'fields', ...fieldList }],
  ['retry-after', { field: 'retryAfterSeconds', ...wholeNumber(1, 86_400) }],
  ['phase', { field: 'phase', ...oneOf('before', 'after') }],
  ['answer', { field: 'answer', ...oneOf('drop', 'garbage') }],
  [
    'id',
    {
      field: 'id',
      expected: 'at most 64 letters, digits, - and _',
      read: (text: string) => (/^[\w-]{1,64}$/.test(text) ? text : undefined),
    },
  ],
] as const)

/** Reads `code;times=1;delay=500;…`. A mistake is one sentence that says what would be right. */
export function readOrder(text: string): { readonly order: Order } | { readonly mistake: string } {
  const [code = '', ...rest] = text.split(';').map((part) => part.trim())
  if (code === '') return { mistake: 'X-Postern-Force begins with a code: user:banned;times=1' }
  const found: Record<string, unknown> = {}
  for (const part of rest) {
    const [name = '', value = ''] = part.split(/\s*=\s*(.*)/s)
    const parameter = parameters.get(name)
    if (parameter === undefined) {
      return { mistake: `X-Postern-Force knows no ${quoted(name)}, but ${[...parameters.keys()].join(', ')}` }
    }
    if (parameter.field in found) return { mistake: `X-Postern-Force says ${name} twice` }
    found[parameter.field] = parameter.read(value)
    if (found[parameter.field] === undefined) return { mistake: `${name} must be ${parameter.expected}` }
  }
  return { order: { code, ...found } }
}

/** What a route can answer with; an order must fit it. */
type Answers = {
  /** `POST /v0/auth/login` */
  readonly route: string
  readonly codes: readonly string[]
  readonly statusOf: (code: string) => number | undefined
}

/** Says in one sentence why the route can never answer like this. Returns undefined if it can. */
export function findMisfit(
  { code, fields, retryAfterSeconds }: Order,
  { route, codes, statusOf }: Answers,
): string | undefined {
  if (!codes.includes(code)) return `${route} does not declare ${quoted(code)}. It declares: ${codes.join(', ')}`
  if (fields && !codesWithFields.includes(code)) return `fields belong to ${codesWithFields.join(' and ')}`
  const odd = fields?.map(oddityOf).find((oddity) => oddity !== undefined)
  if (odd) return odd
  const waits = [429, 503].includes(statusOf(code) ?? 0)
  return retryAfterSeconds === undefined || waits ? undefined : 'retry-after belongs to codes of 429 and 503'
}

/** What these rules say beside their names; the others say no more. */
const saidWith: ReadonlyMap<string, 'limit' | 'values'> = new Map([
  ...['min_length', 'max_length', 'min', 'max'].map((rule) => [rule, 'limit'] as const),
  ['one_of', 'values'],
])

/** Why no route names a field like this. */
function oddityOf({ rule, limit, values }: FieldProblem): string | undefined {
  const said = [limit === undefined ? '' : 'limit', values === undefined ? '' : 'values'].join('')
  const expected = saidWith.get(rule)
  if (said === (expected ?? '')) return undefined
  if (expected === undefined) return `${quoted(rule)} comes with no limit and no values`
  return expected === 'limit'
    ? `${rule} comes with its limit, a whole number: /password:${rule}:12`
    : `${rule} comes with its values: /flow:${rule}:login|link`
}

const codesWithFields: readonly string[] = ['general:bad_request', 'general:validation_error']

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
