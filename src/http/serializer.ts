import fastJson from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'

type Serialize = (body: unknown) => string

const ofSchemas = new WeakMap<z.ZodType, Serialize>()
/** By the text of the JSON schema: most routes answer alike, and compiling is a good part of the start. */
const ofTexts = new Map<string, Serialize>()

/** Compiles what each zod schema says once: no zod runs per reply, and only fields that the schema names are sent. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  const serialize = ofSchemas.get(schema) ?? compile(schema)
  ofSchemas.set(schema, serialize)
  return serialize
}

function compile(schema: z.ZodType): Serialize {
  const described = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'output',
    unrepresentable: 'any',
    metadata: nameless,
  }) as fastJson.Schema
  const text = JSON.stringify(described)
  const serialize = ofTexts.get(text) ?? fastJson(described)
  ofTexts.set(text, serialize)
  return serialize
}

/** An empty registry, so that named schemas, which the OpenAPI document needs, are written out here. */
const nameless = z.registry<Readonly<Record<string, unknown>>>()
