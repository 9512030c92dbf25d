import type { DestinationStream } from 'pino'
import { printable } from '../text/printable.ts'

type Line = Readonly<Record<string, unknown>>

/** What is the same on every line, or said before it. */
const common = new Set(['level', 'time', 'pid', 'hostname', 'msg'])
/** What a request's line says in its sentence. */
const inSentence = new Set(['reqId', 'method', 'route', 'status', 'code', 'ms'])

/**
 * `POST /v0/auth/login 401 auth:invalid_credentials 12.3 ms`, with what else is known of it. Nothing of it begins a
 * line but our own words, and no terminal obeys it [LG3].
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

/** For people at a terminal: a line of words for each line of the log. */
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
