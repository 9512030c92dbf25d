import type { TestApp } from './app.ts'

type Json = { readonly [name: string]: unknown }

/**
 * The document with what its references name in their places, and each `allOf` as the one object that it describes,
 * which is easier to judge; none of it names itself.
 */
export function withoutRefs<Document>(document: object): Document {
  const find = (path: string): unknown =>
    path
      .split('/')
      .slice(1)
      .reduce<unknown>((found, name) => (found as Json)[name], document)
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const { $ref: ref, ...rest } = value as Json
    const members = Object.entries(rest).map(([name, member]) => [name, resolve(member)])
    const named = typeof ref === 'string' ? (resolve(find(ref)) as Json) : {}
    return inOne({ ...named, ...Object.fromEntries(members) })
  }
  return resolve(document) as Document
}

/** Only objects are joined, of which no two describe one property. */
function inOne({ allOf, ...rest }: Json): Json {
  if (allOf === undefined) return rest
  const parts = allOf as readonly { readonly required?: readonly string[]; readonly properties: Json }[]
  const properties = parts.flatMap((part) => Object.entries(part.properties))
  const members = Object.fromEntries(properties)
  if (properties.length !== Object.keys(members).length) throw new Error('allOf describes a property twice')
  return { ...rest, type: 'object', required: parts.flatMap(({ required = [] }) => required), properties: members }
}

export const readOpenApi = async <Document>(app: TestApp): Promise<Document> =>
  withoutRefs((await app.client().get('/openapi.json')).body as object)

export type Security = readonly Readonly<Record<string, unknown>>[]

/** Whether an operation is for nobody but who is signed in: each of the ways to ask has a credential. */
export const isSignedIn = (security: Security): boolean =>
  security.length > 0 && security.every((way) => Object.keys(way).length > 0)

/** Whether a console session alone opens an operation. */
export const isOfConsole = (security: Security): boolean =>
  security.length > 0 && security.every((way) => 'console_cookie' in way)
