import { LRUCache } from 'lru-cache'
import { type Outbound, OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { version } from '../process/version.ts'
import type { BreachedHashes } from './breached-passwords.ts'

type Options = {
  readonly url: string
  readonly outbound: Outbound
  readonly deadlineMs?: number
}

/** Short, because a person waits for the answer. */
export const usualDeadlineMs = 800
const mostBytes = 1024 * 1024

/** Hex digits that are sent: all that the service learns of a hash [PW8]. */
const prefixDigits = 5
/** The bytes of a hash that are kept in memory: all but the first two, so they begin with the prefix's last digit. */
const [restStart, restLength] = [2, 18]

const mostRanges = 256
const mostKeptBytes = 8 * 1024 * 1024
const keptMs = 3_600_000

/** The protocol of Have I Been Pwned: https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange */
export function rangeHashes({ url, outbound, deadlineMs = usualDeadlineMs }: Options): BreachedHashes {
  const headers = { accept: 'text/plain', 'add-padding': 'true', 'user-agent': `postern/${version}` }
  const ranges = new LRUCache<string, Buffer>({
    max: mostRanges,
    maxSize: mostKeptBytes,
    // The cache refuses a size of 0, which a range of nothing but padding would have.
    sizeCalculation: ({ length }) => length + 1,
    ttl: keptMs,
    // Look-ups in one range at the same time share one request.
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

/**
 * The kept bytes of the range's hashes, one after another.
 * @throws {OutboundError} if any line is malformed
 */
function readRange({ status, headers, bytes }: OutboundReply, prefix: string): Buffer {
  if (status !== 200) throw new OutboundError(`The service of breached passwords answered ${status}`)
  if (!/^text\/plain\b/i.test(String(headers['content-type'])))
    throw new OutboundError('The service of breached passwords did not answer with text')
  const last = prefix.at(-1)
  const rests: string[] = []
  for (const text of bytes.toString('latin1').trimEnd().split(/\r?\n/)) {
    const { rest, count } = line.exec(text)?.groups ?? {}
    if (rest === undefined) throw new OutboundError('The service of breached passwords answered with something else')
    // Lines with count 0 are padding, which makes all answers about equally long.
    if (Number(count) > 0) rests.push(`${last}${rest}`)
  }
  return Buffer.from(rests.join(''), 'hex')
}

function includes(range: Buffer, rest: Buffer): boolean {
  let at = range.indexOf(rest)
  while (at % restLength > 0) at = range.indexOf(rest, at + 1)
  return at !== -1
}
