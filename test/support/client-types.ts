/** As much of JSON Schema as the server's own document uses; whatever else turns up stops the generator. */
type Schema = {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly (string | number | null)[]
  readonly const?: string | number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>
type Parameter = { readonly in: string; readonly name: string; readonly required?: boolean; readonly schema: Schema }
type Operation = {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly (Parameter & { readonly description?: string })[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
export type OpenApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/**
 * The client's types and its table of codes. Of our own, as openapi-typescript needs the compiler's API of TypeScript 5, and writes
 * every error four times where the client needs its code once.
 */
export function clientTypes({ paths }: OpenApiDocument, digest: string): string {
  const routes = Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))
  const all = routes.flatMap(([, item]) => Object.values(item))
  const codes = byUse(all.flatMap((operation) => codesOf(operation)))
  const ours = new Set(all.flatMap(ourCodesOf))
  const types = routes.map(([path, item]) => `  '${path}': {\n${operations(item)}\n  }`)
  const table = routes.map(([path, item]) => `  '${path}': { ${masks(item, codes)} },`)
  const named = routes.flatMap(([path, item]) => Object.entries(item).map(([method, one]) => nameOf(method, path, one)))
  return `// Generated from the OpenAPI document by test/client/api.test.ts; npm run write writes it anew.

/** What every route takes (\`params\`, \`body\`), what it gives (\`data\`) and the codes it may refuse with (\`code\`). */
export interface Routes {
${types.join('\n')}
}

/** Every operation by its name, with its route. */
export interface Operations {
${named.map(({ type }) => type).join('\n')}
}

/** The same at run time. */
export const operations: Readonly<Record<keyof Operations, string>> = {
${named.map(({ name, route }) => `  ${name}: '${route}',`).join('\n')}
}

/** Every code that the server of this version knows, the most declared first. */
export const codes: readonly string[] =
  '${codes.join(' ')}'.split(' ')

/** The codes that every route may refuse with: bit n is the n-th of \`codes\`. Written out they would be most of the client's size. */
export const declared: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
${table.join('\n')}
}

/** Stands for what this client knows of every route: its codes and their statuses. Servers count by it. */
export const contract = '${digest}'

/** Those that no other request would mend: outages, waits, a server, provider or proxy that is set up wrongly. */
export type OurSideCode = ${union([...ours].sort().map((one) => `'${one}'`))}

/** The same as bits. */
export const ourSide = 0x${maskOf([...ours], codes)}n
`
}

/** The most frequent first, so that what is near is alike and packs well. */
function byUse(uses: readonly string[]): readonly string[] {
  const count = Map.groupBy(uses, (code) => code)
  return [...count].sort(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1)).map(([code]) => code)
}

function codesOf({ responses }: Operation, isWanted = (_status: string): boolean => true): readonly string[] {
  const found = Object.entries(responses).flatMap(([status, { content }]) =>
    isWanted(status) ? (content?.['application/json']?.schema.properties?.code?.enum ?? []) : [],
  )
  return [...new Set(found.map(String))].sort()
}

/** They have the status of a request that is at fault, as it was frozen before this was told apart; it is not. */
const oursAllTheSame: readonly string[] = [
  'system:internal_error',
  'general:invalid_ip_address',
  'file:read_error',
  'oauth:token_exchange_failed',
  'oauth:user_info_fetch_failed',
]

const ourCodesOf = (operation: Operation): readonly string[] => [
  ...codesOf(operation, (status) => status === '429' || status.startsWith('5')),
  ...codesOf(operation).filter((code) => oursAllTheSame.includes(code)),
]

const maskOf = (some: readonly string[], codes: readonly string[]): string =>
  some.reduce((mask, code) => mask | (1n << BigInt(codes.indexOf(code))), 0n).toString(16)

function masks(item: Readonly<Record<string, Operation>>, codes: readonly string[]): string {
  const methods = Object.entries(item).map(
    ([method, operation]) => `${method.toUpperCase()}: 0x${maskOf(codesOf(operation), codes)}n`,
  )
  return methods.join(', ')
}

function nameOf(method: string, path: string, operation: Operation) {
  const name = operation.operationId
  const members = `method: '${method.toUpperCase()}'; path: '${path}'`
  const type = `${summaryOf(operation, '  ')}  ${name}: { ${members} }`
  return { name, type, route: `${method.toUpperCase()} ${path}` }
}

const summaryOf = ({ summary }: Operation, indent: string): string =>
  summary === undefined ? '' : `${indent}/** ${summary} */\n`

function operations(item: Readonly<Record<string, Operation>>): string {
  const all = Object.entries(item).map(([method, operation]) => {
    const summary = summaryOf(operation, '    ')
    const members = [...parameters(operation), ...requestBody(operation), data(operation), code(operation)]
    return `${summary}    ${method.toUpperCase()}: {\n${members.map((line) => `      ${line}`).join('\n')}\n    }`
  })
  return all.join('\n')
}

function parameters({ parameters = [] }: Operation): readonly string[] {
  if (parameters.length === 0) return []
  const places = Object.entries(Object.groupBy(parameters, (one) => one.in)).map(([place, list = []]) => {
    const properties = Object.fromEntries(
      list.map(({ name, schema, description }) => [name, { ...schema, ...(description && { description }) }]),
    )
    const required = list.filter((one) => one.required).map(({ name }) => name)
    return { name: place, isRequired: required.length > 0, type: typeOf({ type: 'object', properties, required }) }
  })
  const members = places.map(({ name, isRequired, type }) => `${name}${isRequired ? '' : '?'}: ${type}`)
  return [`params${places.some(({ isRequired }) => isRequired) ? '' : '?'}: { ${members.join('; ')} }`]
}

function requestBody({ requestBody }: Operation): readonly string[] {
  if (requestBody === undefined) return []
  const json = requestBody.content['application/json']
  return [`body${requestBody.required === false ? '?' : ''}: ${json ? typeOf(json.schema) : 'FormData'}`]
}

function data({ responses }: Operation): string {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return `data: ${union(successes.map(([, { content }]) => contentType(content)))}`
}

function contentType(content: Content | undefined): string {
  const [type, first] = Object.entries(content ?? {})[0] ?? []
  if (type === undefined || first === undefined) return 'undefined'
  if (type === 'application/json') return typeOf(first.schema)
  return type === 'text/event-stream' ? "NonNullable<Response['body']>" : 'Blob'
}

const code = (operation: Operation): string => `code: ${union(codesOf(operation).map((one) => `'${one}'`))}`

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never'

const plain: Readonly<Record<string, string>> = { integer: 'number', number: 'number', string: 'string', null: 'null' }

function typeOf(schema: Schema): string {
  if (schema.anyOf) return union(schema.anyOf.map(typeOf))
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (values) return union(values.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))))
  if (schema.type === 'array' && schema.items) return `readonly (${typeOf(schema.items)})[]`.replace(/\((\w+)\)/, '$1')
  if (schema.type === 'object') return objectType(schema)
  if (schema.type === 'boolean') return 'boolean'
  const name = plain[schema.type ?? '']
  if (name === undefined) throw new Error(`no type for ${JSON.stringify(schema)}`)
  return name
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const note = schema.description === undefined ? '' : `/** ${schema.description} */ `
    const key = /^\w+$/.test(name) ? name : `'${name}'`
    return `${note}${key}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`
  })
  if (members.length > 0) return `{ ${members.join('; ')} }`
  const isSchema = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
  return `Record<string, ${isSchema ? typeOf(additionalProperties) : 'unknown'}>`
}

/** The route's first field that a rule can refuse, as `POST /v0/auth/login` -> `/email`. */
export type FirstRuledFields = Readonly<Record<string, string>>

/** What a refusal says besides its code: for whoever answers without a server. */
export function clientAnswers({ paths }: OpenApiDocument, firstFields: FirstRuledFields): string {
  const statuses = new Map<string, string>()
  for (const item of Object.values(paths))
    for (const operation of Object.values(item))
      for (const status of Object.keys(operation.responses))
        for (const code of codesOf(operation, (one) => one === status)) statuses.set(code, status)
  const lines = (rows: Iterable<readonly [string, string]>) =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `  ${propertyName(name)}: ${value},`)
  const fields = Object.entries(firstFields).map(([route, path]) => [route, `'${path}'`] as const)
  return `// Generated from the OpenAPI document and a running server by test/client/api.test.ts; npm run write writes it anew.

/** The status of every code, whatever the route. */
export const statuses: Readonly<Record<string, number>> = {
${lines(statuses).join('\n')}
}

/** The field that a forced \`general:validation_error\` is about. */
export const firstRuledField: Readonly<Record<string, string>> = {
${lines(fields).join('\n')}
}
`
}

const propertyName = (name: string): string => (/^\w+$/.test(name) ? name : `'${name}'`)
