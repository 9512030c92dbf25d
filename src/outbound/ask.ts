import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import { inHttpSpan } from '../tracing/http-span.ts'
import { decodeContent } from './decode.ts'
import { literalAddress, type OutboundPolicy } from './policy.ts'

/** The other server did not answer, answered too late or too much, or may not be asked. */
export class OutboundError extends Error {}

type Asked = {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly mostBytes?: number
  /** Replaces the usual five seconds, for a request that is only a part of what a client waits for. */
  readonly deadlineMs?: number
}

export type OutboundReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
}

/**
 * Asks other servers: within five seconds in all, with bounded bytes, without following redirects.
 * @throws {OutboundError}
 */
export type Outbound = {
  /** For URLs from the operator's environment. */
  ask(url: string, asked?: Asked): Promise<OutboundReply>
  /**
   * For any other URL: connects only to addresses that the policy allows, and to the very address that was checked
   * [FS4].
   */
  askGuarded(url: string, asked?: Asked): Promise<OutboundReply>
  close(): Promise<void>
}

const usualDeadlineMs = 5000
const connectionsPerOrigin = 16
const mostJsonBytes = 1024 * 1024

type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void

/** @param lookup finds the addresses of a name */
export function openOutbound(policy: OutboundPolicy, lookup: Lookup = systemLookup): Outbound {
  const options = { connections: connectionsPerOrigin, keepAliveTimeout: 10_000 }
  const open = new Agent(options)
  const guarded = new Agent({ ...options, connect: { lookup: guardedLookup(policy, lookup) } })
  return {
    ask: (url, asked = {}) => ask(open, url, asked),
    askGuarded: async (url, asked = {}) => {
      refuseForbidden(policy, url)
      return ask(guarded, url, asked)
    },
    close: async () => {
      await Promise.all([open.destroy(), guarded.destroy()])
    },
  }
}

/** A literal address is never looked up, so it is checked here. */
function refuseForbidden(policy: OutboundPolicy, text: string): void {
  if (!policy.isPlainUrl(text)) throw new OutboundError('The URL is none that may be asked')
  const url = new URL(text)
  const address = literalAddress(url.hostname)
  if (address !== undefined && !policy.isAllowedHost(url.hostname) && !policy.isAllowedAddress(address))
    throw new OutboundError('The URL leads to an address that is not public')
  if (!policy.isUsualPort(url)) throw new OutboundError('The URL names another port than 443')
}

/**
 * The address that was checked is the one connected to, so DNS rebinding (a name that changes its address in between)
 * gains nothing.
 */
function guardedLookup(policy: OutboundPolicy, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      const allowed = policy.isAllowedHost(hostname)
        ? found
        : found.filter(({ address }) => policy.isAllowedAddress(address))
      const [first] = allowed
      if (first === undefined) return callback(new OutboundError(`${hostname} has no public address`), [])
      if (options.all) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

async function ask(dispatcher: Dispatcher, url: string, asked: Asked): Promise<OutboundReply> {
  const { method = 'GET', headers = {}, body, mostBytes = mostJsonBytes, deadlineMs = usualDeadlineMs } = asked
  try {
    return await inHttpSpan(method, url, async () => {
      const reply = await request(url, {
        dispatcher,
        method,
        headers: { 'user-agent': 'postern', accept: 'application/json', 'accept-encoding': 'identity', ...headers },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(deadlineMs),
      })
      const bytes = await readAll(reply.body, mostBytes)
      const coding = String(reply.headers['content-encoding'] ?? '')
      const decoded = coding === '' ? bytes : await decoding(bytes, coding, mostBytes)
      return { status: reply.statusCode, headers: reply.headers, bytes: decoded }
    })
  } catch (cause) {
    if (cause instanceof OutboundError) throw cause
    throw new OutboundError(`${new URL(url).host} did not answer`, { cause })
  }
}

const decoding = (bytes: Buffer, coding: string, mostBytes: number): Promise<Buffer> =>
  decodeContent(bytes, coding, mostBytes).catch((cause: unknown) => {
    throw new OutboundError('The answer cannot be decoded', { cause })
  })

async function readAll(body: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > mostBytes) throw new OutboundError(`The answer has more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export const isSuccess = ({ status }: OutboundReply): boolean => status >= 200 && status < 300
