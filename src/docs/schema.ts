/** The part of JSON Schema that the document uses. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly format?: string
  readonly default?: unknown
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly additionalProperties?: boolean | Schema
}

export type Components = Readonly<Record<string, Schema>>

const mostDeep = 6

/** Follows a reference, and merges the parts of an `allOf`. */
function resolve(schema: Schema, components: Components): Schema {
  if (schema.$ref !== undefined) return resolve(components[schema.$ref.split('/').at(-1) ?? ''] ?? {}, components)
  if (schema.allOf === undefined) return schema
  const parts = schema.allOf.map((part) => resolve(part, components))
  return {
    ...schema,
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  }
}

const alternatives = ({ anyOf, oneOf }: Schema): readonly Schema[] => anyOf ?? oneOf ?? []

export function typeInWords(schema: Schema, components: Components): string {
  const { type, items, format, ...rest } = resolve(schema, components)
  if (rest.const !== undefined) return JSON.stringify(rest.const)
  if (rest.enum) return rest.enum.map((one) => JSON.stringify(one)).join(' | ')
  const others = alternatives(rest)
  if (others.length > 0) return [...new Set(others.map((one) => typeInWords(one, components)))].join(' | ')
  if (items) return `${typeInWords(items, components)}[]`
  const name = [type ?? 'any'].flat().join(' | ')
  return format === undefined ? name : `${name} (${format})`
}

function boundsOf({ minLength, maxLength, minimum, maximum }: Schema): string {
  const [least, most] = [minLength ?? minimum, maxLength ?? maximum]
  // The generator gives every whole number these bounds of JavaScript.
  const isOpen = most === undefined || most >= Number.MAX_SAFE_INTEGER
  const unit = minLength === undefined && maxLength === undefined ? '' : ' characters'
  if (least === undefined || least <= Number.MIN_SAFE_INTEGER) return isOpen ? '' : `at most ${most}${unit}`
  return isOpen ? `at least ${least}${unit}` : `${least} to ${most}${unit}`
}

export type Field = {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly about: string
}

/** The fields of an object; those of nested objects are named by their path. */
export function fieldsOf(schema: Schema, components: Components, path = '', depth = 0): readonly Field[] {
  const whole = resolve(schema, components)
  if (depth > mostDeep) return []
  if (whole.items) return fieldsOf(whole.items, components, `${path}[]`, depth + 1)
  const others = alternatives(whole)
  if (others.length > 0) {
    const all = others.flatMap((one) => fieldsOf(one, components, path, depth + 1))
    return [...new Map(all.map((field) => [field.name, field])).values()]
  }
  return Object.entries(whole.properties ?? {}).flatMap(([key, one]) => {
    const name = path === '' ? key : `${path}.${key}`
    const field = resolve(one, components)
    const about = [field.description, boundsOf(field)].filter((text) => text).join('; ')
    const required = whole.required?.includes(key) === true
    return [
      { name, type: typeInWords(field, components), required, about },
      ...fieldsOf(field, components, name, depth + 1),
    ]
  })
}

const exampleOfFormat: Readonly<Record<string, string>> = {
  email: 'ada@example.com',
  password: 'correct horse battery',
  uuid: '0198c0de-0000-7000-8000-000000000000',
  'date-time': '2026-01-01T00:00:00.000Z',
  uri: 'https://example.com/',
}

/** A value that fits the schema: the document's example if there is one, else the smallest value of its type. */
export function exampleOf(schema: Schema, components: Components, depth = 0): unknown {
  const whole = resolve(schema, components)
  const given = whole.example ?? whole.examples?.[0] ?? whole.const ?? whole.enum?.[0] ?? whole.default
  if (given !== undefined || depth > mostDeep) return given
  const [first] = alternatives(whole)
  if (first) return exampleOf(first, components, depth + 1)
  if (whole.items) return [exampleOf(whole.items, components, depth + 1)]
  const type = [whole.type ?? 'object'].flat()[0]
  if (type === 'object') {
    const entries = Object.entries(whole.properties ?? {})
    return Object.fromEntries(entries.map(([key, one]) => [key, exampleOf(one, components, depth + 1)]))
  }
  if (type === 'string') return exampleOfFormat[whole.format ?? ''] ?? ''
  if (type === 'boolean') return true
  return type === 'null' ? null : (whole.minimum ?? 0)
}
