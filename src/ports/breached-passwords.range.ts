import { LRUCache } from 'lru-cache'
import { type Outbound, OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { version } from '../process/version.ts'
import type { BreachedHashes } from './breached-passwords.ts'

type Options = {
  readonly url: string
  readonly outbound: Outbound
  readonly deadlineMs?: number
}

/** Somebody waits for it. */
export const usualDeadlineMs = 800
const mostBytes = 1024 * 1024

/** Digits that leave: all that the service learns of a hash [PW8]. */
const prefixDigits = 5
/** Of a hash without its first two bytes: what is kept of each, the last digit of its prefix included. */
const [restStart, restLength] = [2, 18]

const mostRanges = 256
const mostKeptBytes = 8 * 1024 * 1024
const keptMs = 3_600_000

/** As Have I Been Pwned has it: https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange */
export function rangeHashes({ url, outbound, deadlineMs = usualDeadlineMs }: Options): BreachedHashes {
  const headers = { accept: 'text/plain', 'add-padding': 'true', 'user-agent': `postern/${version}` }
  const ranges = new LRUCache<string, Buffer>({
    max: mostRanges,
    maxSize: mostKeptBytes,
    // Of a range that is all padding, too, more than nothing.
    sizeCalculation: ({ length }) => length + 1,
    ttl: keptMs,
    // Who asks for a range that is being asked for waits for the same answer.
    fetchMethod: async (prefix) =>
      readRange(await outbound.ask(`${url}/${prefix}`, { headers, mostBytes, deadlineMs }), prefix),
  })
  return {
    has: async (sha1) => {
      const prefix = sha1.toString('hex').slice(0, prefixDigits).toUpperCase()
      const range = await ranges.forceFetch(prefix)
      return includes(range, sha1.subarray(restStart))
    },
  }
}

const line = /^(?<rest>[0-9a-f]{35}):(?<count>\d{1,15})$/i

/** The rests of its hashes, one behind the other. An answer that is not one to the last line is none at all. */
function readRange({ status, headers, bytes }: OutboundReply, prefix: string): Buffer {
  if (status !== 200) throw new OutboundError(`The service of breached passwords answered ${status}`)
  if (!/^text\/plain\b/i.test(String(headers['content-type'])))
    throw new OutboundError('The service of breached passwords did not answer with text')
  const last = prefix.at(-1)
  const rests: string[] = []
  for (const text of bytes.toString('latin1').trimEnd().split(/\r?\n/)) {
    const { rest, count } = line.exec(text)?.groups ?? {}
    if (rest === undefined) throw new OutboundError('The service of breached passwords answered with something else')
    // Padding, which only makes all answers as long.
    if (Number(count) > 0) rests.push(`${last}${rest}`)
  }
  return Buffer.from(rests.join(''), 'hex')
}

function includes(range: Buffer, rest: Buffer): boolean {
  let at = range.indexOf(rest)
  while (at % restLength > 0) at = range.indexOf(rest, at + 1)
  return at !== -1
}
