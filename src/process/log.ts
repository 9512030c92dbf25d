import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import { traceFields } from '../tracing/span.ts'

/** What must not be logged is not handed to a log in the first place; this is for what slips through [LG1]. */
const credentials = ['authorization', 'cookie', '["set-cookie"]'].flatMap((name) => {
  const path = name.startsWith('[') ? name : `.${name}`
  return [`headers${path}`, `req.headers${path}`, `res.headers${path}`]
})
/** What the parser of uploads says at trace level. */
const redacted = [...credentials, 'busboyOptions.headers']

/** @param destination standard output unless said otherwise */
export const createLog = (level: string, destination?: DestinationStream): FastifyBaseLogger =>
  pino({ level, redact: redacted, mixin: traceFields }, destination)
