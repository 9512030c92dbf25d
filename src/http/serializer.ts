import fastJson from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'

type Serialize = (body: unknown) => string

const compiled = new WeakMap<z.ZodType, Serialize>()

/** Compiles each zod schema once: no zod runs per reply, and only fields that the schema names are sent. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  const known = compiled.get(schema)
  if (known) return known
  const serialize = compile(schema)
  compiled.set(schema, serialize)
  return serialize
}

const compile = (schema: z.ZodType): Serialize =>
  fastJson(
    z.toJSONSchema(schema, {
      target: 'draft-7',
      io: 'output',
      unrepresentable: 'any',
      metadata: nameless,
    }) as fastJson.Schema,
  )

/** An empty registry, so that named schemas, which the OpenAPI document needs, are written out here. */
const nameless = z.registry<Readonly<Record<string, unknown>>>()
