import type { TestApp } from './app.ts'

type Json = { readonly [name: string]: unknown }

/** The document with what its references name in their places, which is easier to judge; none of it names itself. */
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
    return { ...named, ...Object.fromEntries(members) }
  }
  return resolve(document) as Document
}

export const readOpenApi = async <Document>(app: TestApp): Promise<Document> =>
  withoutRefs((await app.client().get('/openapi.json')).body as object)

export type Security = readonly Readonly<Record<string, unknown>>[]

/** Whether an operation is for nobody but who is signed in: each of the ways to ask has a credential. */
export const isSignedIn = (security: Security): boolean =>
  security.length > 0 && security.every((way) => Object.keys(way).length > 0)
