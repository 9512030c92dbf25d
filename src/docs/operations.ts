import type { FastifyContextConfig, RouteOptions } from 'fastify'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { App } from '../http/app.ts'
import { documentPath } from '../http/openapi.ts'
import type { Components, Schema } from './schema.ts'

type Content = Readonly<Record<string, { readonly schema?: Schema }>>
type Parameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}

type Described = {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses?: Readonly<
    Record<string, { readonly $ref?: string; readonly description?: string; readonly content?: Content }>
  >
}

/** The part of the OpenAPI document that the pages show. */
export type ApiDocument = {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Components }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
}

/** Of an app that is ready. The plugin's type of a document is looser than what it makes here. */
export const documentOf = (app: App): ApiDocument => app.swagger() as unknown as ApiDocument

/** A route as the document describes it, with its configuration, which only the server knows. */
export type Operation = Described & {
  readonly method: string
  readonly path: string
  readonly slug: string
  readonly tag: string
  readonly config: FastifyContextConfig
  readonly codes: readonly ErrorCode[]
}

/** The text as a part of a URL's path or as its fragment. */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')

/** The operations that the document publishes, in its order. */
export function operationsOf(document: ApiDocument, routes: readonly RouteOptions[]): readonly Operation[] {
  const declared = new Map(
    routes.flatMap(({ method, url, config = {} }) =>
      [method].flat().map((one) => [`${one} ${documentPath(url)}`, config] as const),
    ),
  )
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([verb, described]) => {
      const method = verb.toUpperCase()
      const config = declared.get(`${method} ${path}`)
      if (config === undefined) return []
      const codes = [...(config.declaredCodes ?? [])]
      const tag = described.tags?.[0] ?? 'other'
      return [{ ...described, method, path, slug: slugOf(`${method}${path}`), tag, config, codes }]
    }),
  )
}
