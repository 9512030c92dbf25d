import { type Contract, nameOf } from '../client/contract/contract.ts'
import { catalogue, type ErrorCode, errorCodes } from '../errors/catalogue.ts'
import type { ErrorRow } from '../errors/table.ts'
import { contractDigest, type PublishedCodes } from '../http/published-codes.ts'
import { version } from '../process/version.ts'
import type { ApiDocument } from './operations.ts'
import { type Components, type Field, fieldsOf } from './schema.ts'

/** The version of everything that does not say otherwise. */
const firstVersion = '0.1.0'

/** What the server's callers rely on: each operation with what it needs, gives and refuses with. */
export function describeContract(document: ApiDocument, published: PublishedCodes) {
  const components = document.components?.schemas ?? {}
  const operations = Object.entries(document.paths ?? {}).flatMap(([route, item]) =>
    Object.entries(item).map(([verb, described]) => {
      const method = verb.toUpperCase()
      const codes = published[nameOf({ method, route })] ?? []
      return { method, route, ...describeOperation(described, components), codes: [...codes] }
    }),
  )
  return {
    version,
    digest: contractDigest(published),
    operations: operations.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    status: ofEachCode((code) => catalogue[code].status),
    since: ofEachCode((code) => (catalogue[code] as ErrorRow).since ?? firstVersion),
  } satisfies Contract
}

const ofEachCode = <Value>(read: (code: ErrorCode) => Value): Record<string, Value> =>
  Object.fromEntries([...errorCodes].sort().map((code) => [code, read(code)]))

type Described = NonNullable<ApiDocument['paths']>[string][string]
type Content = NonNullable<Described['requestBody']>['content']

function describeOperation({ parameters = [], requestBody, responses = {} }: Described, components: Components) {
  const query = parameters.filter((one) => one.in === 'query' && one.required).map(({ name }) => `?${name}`)
  // Errors are described once, and referred to.
  const successes = Object.entries(responses).filter(([, { $ref: ref }]) => ref === undefined)
  const body = fieldsOfContent(requestBody?.content, components).filter(({ name, required }) => required && isOwn(name))
  const fields = successes.flatMap(([, { content }]) => fieldsOfContent(content, components).map(({ name }) => name))
  return {
    needs: [...query, ...body.map(({ name }) => name)].sort(),
    statuses: successes.map(([status]) => Number(status)),
    fields: [...new Set(fields)].sort(),
  }
}

/** A field of a field is needed only if that is sent. */
const isOwn = (name: string): boolean => !/[.[]/.test(name)

const fieldsOfContent = (content: Content = {}, components: Components): readonly Field[] =>
  Object.values(content).flatMap(({ schema }) => (schema === undefined ? [] : fieldsOf(schema, components)))
