import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { redisPrefix } from './redis.ts'

/** Refused by an ACL, by a replica, by a full disk or memory: it answers, and does not do its work. */
const refusal = /^(?:NOPERM|READONLY|MISCONF|OOM|NOAUTH|NOREPLICAS)\b/

/**
 * Tries every command that is used, on keys of ours: counters, sessions and both streams. Leaves nothing: what it
 * writes ends within a second, and to the streams it offers an entry that none may have, which is refused after the
 * rights were looked at.
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
    // A script that it does not know, an entry that none may have: it would have done as it was told.
    if (name === 'ReplyError' && !refusal.test(message) && !/can't run this command|NOPERM|ACL failure/.test(message))
      return
    throw new Error(`Redis does not allow ${what}: ${message}`, { cause: error })
  }
}
