import type { FastifyBaseLogger } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import type { Config } from '../config/config.ts'
import { traceFields } from '../tracing/span.ts'
import { textLog } from './log-text.ts'

/** What must not be logged is not handed to a log in the first place; this is for what slips through [LG1]. */
const credentials = ['authorization', 'cookie', '["set-cookie"]'].flatMap((name) => {
  const path = name.startsWith('[') ? name : `.${name}`
  return [`headers${path}`, `req.headers${path}`, `res.headers${path}`]
})
/** What the parser of uploads says at trace level. */
const redacted = [...credentials, 'busboyOptions.headers']

type LogConfig = Pick<Config, 'logLevel' | 'logFormat' | 'appEnv'>

/** On standard output: as JSON, or as text for people. */
export async function openLog({ logLevel, logFormat, appEnv }: LogConfig): Promise<FastifyBaseLogger> {
  const isForPeople = logFormat === 'auto' ? appEnv === 'development' && process.stdout.isTTY : logFormat === 'text'
  return createLog(logLevel, isForPeople ? await textLog() : undefined)
}

/** @param destination standard output unless said otherwise */
export const createLog = (level: string, destination?: DestinationStream): FastifyBaseLogger =>
  pino({ level, redact: redacted, mixin: traceFields }, destination)
