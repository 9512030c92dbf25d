import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { redisPrefix } from './redis.ts'

/** Errors of a Redis that answers but does not do its work: because of an ACL, a replica, or a full disk or memory. */
const refusal = /^(?:NOPERM|READONLY|MISCONF|OOM|NOAUTH|NOREPLICAS)\b/

/**
 * Tries every command that is used, on Postern's keys: counters, sessions and both streams. Leaves nothing behind: what
 * it writes expires within a second, and the stream entry has an id that Redis refuses, after checking the rights.
 * @throws what Redis refused, in its own words
 */
export async function tryRedis(client: Redis | Cluster): Promise<void> {
  const own = randomBytes(8).toString('hex')
  const [counter, session] = [`${redisPrefix}{check:${own}}`, `${redisPrefix}:session:check-${own}`]
  const streams = ['changes', 'events'].map((name) => `${redisPrefix}{${name}}`)
  const count =
    "redis.call('GET', KEYS[1]); redis.call('INCRBY', KEYS[1], 1); redis.call('PTTL', KEYS[1]); " +
    "redis.call('PEXPIRE', KEYS[1], 1000)"
  const tries: readonly (readonly [what: string, act: () => Promise<unknown>])[] = [
    [`EVAL on ${redisPrefix}{…}`, () => client.eval(count, 1, counter)],
    [`EVALSHA on ${redisPrefix}{…}`, () => client.evalsha('0'.repeat(40), 1, counter)],
    [`SET on ${redisPrefix}:session:…`, () => client.set(session, '', 'PX', 1000)],
    [`MGET on ${redisPrefix}:session:…`, () => client.mget(session)],
    [`GET on ${redisPrefix}:session:…`, () => client.get(session)],
    ...streams.flatMap((key) => [
      [`XADD on ${key}`, () => client.xadd(key, '0-0', 'message', '')] as const,
      [`XREVRANGE on ${key}`, () => client.xrevrange(key, '+', '-', 'COUNT', 1)] as const,
      [`XREAD on ${key}`, () => client.xread('COUNT', 1, 'STREAMS', key, '$')] as const,
    ]),
  ]
  await Promise.all(tries.map(([what, act]) => expectAllowed(what, act)))
}

async function expectAllowed(what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { name, message } = error as Error
    // The rights were enough: Redis refused only the unknown script or the invalid id.
    if (name === 'ReplyError' && !refusal.test(message) && !/can't run this command|NOPERM|ACL failure/.test(message))
      return
    throw new Error(`Redis does not allow ${what}: ${message}`, { cause: error })
  }
}
