import type { DestinationStream } from 'pino'
import { printable } from '../text/printable.ts'

type Line = Readonly<Record<string, unknown>>

/** What a request's line says in its sentence, and what is the same on every line. */
const said = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'reqId', 'method', 'route', 'status', 'code', 'ms'])

/** `POST /v0/auth/login 401 auth:invalid_credentials 12.3 ms`, with what else is known of it. */
function requestLine({ method, route, status, code, ms, reqId, ...rest }: Line): string {
  const words = [method, route ?? '(no route)', status, code, `${String(ms)} ms`, reqId]
  const others = Object.entries(rest).filter(([name]) => !said.has(name))
  return [...words.filter((word) => word !== undefined), ...others.map(asPair)].join(' ')
}

const otherLine = ({ msg, ...rest }: Line): string =>
  [
    msg,
    ...Object.entries(rest)
      .filter(([name]) => !['level', 'time', 'pid', 'hostname'].includes(name))
      .map(asPair),
  ].join(' ')

function asPair([name, value]: readonly [string, unknown]): string {
  const { stack } = (value ?? {}) as { readonly stack?: unknown }
  if (typeof stack === 'string')
    return stack
      .split('\n')
      .map((line) => `\n${printable(line)}`)
      .join('')
  const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value)
  return `${name}=${printable(isWord ? value : JSON.stringify(value))}`
}

/** For people at a terminal: a line of words for each line of the log. */
export async function textLog(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    sync: true,
    colorize: process.stdout.isTTY === true && !process.env.NO_COLOR,
    translateTime: 'SYS:HH:MM:ss',
    hideObject: true,
    ignore: 'pid,hostname',
    messageFormat: (line) => (line.msg === 'request' ? requestLine(line) : otherLine(line)),
  })
}
