import { nameErrors } from './openapi-errors.ts'

const successes: Readonly<Record<string, string>> = {
  200: 'Done; the body has the answer.',
  201: 'Made; this is what was made, or where it is.',
  202: 'Accepted: something else must follow, which the body names.',
  503: 'Not everything works that must; this is the report.',
}

type RequestBody = {
  required?: boolean
  content: Readonly<Record<string, { schema?: BodySchema }>>
}
type BodySchema = { required?: readonly string[]; minProperties?: number }

type Operation = { requestBody?: RequestBody; responses?: Record<string, { $ref?: string; description?: string }> }
export type Document = {
  paths?: Readonly<Record<string, Readonly<Record<string, Operation>> | undefined>>
  components?: { schemas?: Record<string, object>; responses?: Record<string, object> }
}

/**
 * Corrects what the generator makes: whether a body is required, what a success means, each error described once,
 * nothing said twice.
 */
export function tidy<Made extends Document>(document: Made): Made {
  const operations = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item ?? {}))
  for (const { requestBody: body, responses = {} } of operations) {
    // The generator requires every declared body, even if all of its fields are optional.
    if (body) body.required = Object.values(body.content).some(({ schema }) => demands(schema))
    for (const [status, response] of Object.entries(responses))
      if (response.description === 'Default Response') response.description = successes[status] ?? 'Done'
  }
  const { schemas, responses } = nameErrors(operations)
  const all = { ...document.components?.schemas, ...schemas }
  return withoutRepeats({
    ...document,
    components: { ...document.components, schemas: withoutUnused({ ...document.paths, ...responses }, all), responses },
  })
}

const spelledOut: readonly unknown[] = ['date-time', 'uuid']

/**
 * The generator says twice what these formats are, once in a pattern of 250 characters, and of every integer that
 * JavaScript can count to it.
 */
const withoutRepeats = <Made extends Document>(document: Made): Made =>
  JSON.parse(
    JSON.stringify(document, function (this: { readonly format?: unknown }, name, value: unknown) {
      if (name === 'pattern' && spelledOut.includes(this.format)) return undefined
      return value === Number.MIN_SAFE_INTEGER || value === Number.MAX_SAFE_INTEGER ? undefined : value
    }),
  )

const demands = ({ required = [], minProperties = 0 }: BodySchema = {}): boolean =>
  required.length > 0 || minProperties > 0

/** The generator names every schema twice, for requests and for responses, and many are used one way only. */
function withoutUnused(users: object, schemas: Record<string, object>): Record<string, object> {
  const found = new Set<string>()
  const look = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      if (found.has(name)) continue
      found.add(name)
      look(JSON.stringify(schemas[name] ?? {}))
    }
  }
  look(JSON.stringify(users))
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}
