import fastJson from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'

/** Compiled once from the zod schema: no zod at run time, and no field that the schema does not name. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) =>
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
