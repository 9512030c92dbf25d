import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config/config.ts'
import { traceFields } from '../tracing/span.ts'
import { textLog } from './log-text.ts'

/** Code does not log credentials in the first place; redaction is for those that slip through [LG1]. */
const credentials = ['authorization', 'cookie', '["set-cookie"]'].flatMap((name) => {
  const path = name.startsWith('[') ? name : `.${name}`
  return [`headers${path}`, `req.headers${path}`, `res.headers${path}`]
})
/** The parser of uploads logs these at trace level. */
const redacted = [...credentials, 'busboyOptions.headers']

type LogConfig = Pick<Config, 'logLevel' | 'logFormat' | 'appEnv'>

/** Logs to standard output, as JSON or as text for people. */
export async function openLog({ logLevel, logFormat, appEnv }: LogConfig): Promise<FastifyBaseLogger> {
  const isForPeople = logFormat === 'auto' ? appEnv === 'development' && process.stdout.isTTY : logFormat === 'text'
  return createLog(logLevel, isForPeople ? await textLog() : undefined)
}

/** @param destination standard output by default */
export const createLog = (level: string, destination?: DestinationStream): FastifyBaseLogger =>
  pino({ level, redact: redacted, mixin: traceFields }, destination)
