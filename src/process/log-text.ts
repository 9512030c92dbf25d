import type { DestinationStream } from 'pino'
import { printable } from '../text/printable.ts'

type Line = Readonly<Record<string, unknown>>

/** Fields that are on every line, or stand in front of it. */
const common = new Set(['level', 'time', 'pid', 'hostname', 'msg'])
/** Fields that the sentence of a request's line contains. */
const inSentence = new Set(['reqId', 'method', 'route', 'status', 'code', 'ms'])

/**
 * Writes a line such as `POST /v0/auth/login 401 auth:invalid_credentials 12.3 ms`, then the other fields. Logged
 * values can neither begin a line nor send commands to the terminal [LG3].
 */
export function asText({ msg, ...line }: Line): string {
  const isRequest = msg === 'request'
  const { method, route = '(no route)', status, code, ms, reqId } = line
  const words = isRequest ? [method, route, status, code, `${String(ms)} ms`, reqId] : [msg]
  const pairs = Object.entries(line).filter(([name]) => !common.has(name) && !(isRequest && inSentence.has(name)))
  const stacks = pairs.map(([, value]) => stackOf(value)).filter((stack) => stack !== undefined)
  const others = pairs.filter(([, value]) => stackOf(value) === undefined).map(asPair)
  const first = [...words.filter((word) => word !== undefined).map(String), ...others].map(printable).join(' ')
  return [first, ...stacks.flatMap((stack) => stack.split('\n').map((part) => `    ${printable(part)}`))].join('\n')
}

function stackOf(value: unknown): string | undefined {
  const { stack } = (value ?? {}) as { readonly stack?: unknown }
  return typeof stack === 'string' ? stack : undefined
}

const asPair = ([name, value]: readonly [string, unknown]): string =>
  `${name}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`

/** Writes the log as text, for people at a terminal. */
export async function textLog(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    sync: true,
    colorize: process.stdout.isTTY === true && !process.env.NO_COLOR,
    translateTime: 'SYS:HH:MM:ss',
    hideObject: true,
    ignore: 'pid,hostname',
    messageFormat: asText,
  })
}
