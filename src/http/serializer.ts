import fastJson from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'

type Serialize = (body: unknown) => string

const compiled = new WeakMap<z.ZodType, Serialize>()

/** Compiled once from the zod schema, whichever routes share it: no zod at run time, and no field that the schema does not name. */
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

/** The names of schemas are for the OpenAPI document: here each is written out. */
const nameless = z.registry<Readonly<Record<string, unknown>>>()
