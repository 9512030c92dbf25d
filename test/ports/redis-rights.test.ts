import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis } from '../../src/ports/redis.ts'
import { tryRedis } from '../../src/ports/redis-rights.ts'
import { startApp } from '../support/app.ts'
import { type OwnRedis, startOwnRedis, startRedisCluster } from '../support/redis.ts'
import { runAdmin } from '../support/server-process.ts'

let redis: OwnRedis
let owner: Redis
beforeAll(async () => {
  redis = await startOwnRedis()
  owner = new Redis(redis.url)
})
afterAll(async () => {
  owner.disconnect()
  await redis.stop()
})

const documented =
  '~postern* +ping +info +hello +client +select +eval +evalsha +get +set +mget +incrby +pttl +pexpire +xadd +xrevrange +xread'

async function urlOf(rules: string): Promise<string> {
  await owner.call('ACL', 'SETUSER', 'postern', 'reset', 'on', '>of-redis-in-the-tests', ...rules.split(' '))
  return redis.url.replace('redis://', 'redis://postern:of-redis-in-the-tests@')
}

async function tried(url: string): Promise<string> {
  const client = openRedis(url)
  try {
    await client.connect()
    return await tryRedis(client).then(
      () => 'fine',
      (error: Error) => error.message,
    )
  } finally {
    client.disconnect()
  }
}

describe('a Redis whose ACL', () => {
  test('allows what docs/operate.md names is enough, and nothing is left in it [FD65]', async () => {
    await owner.flushall()
    expect(await tried(await urlOf(documented))).toBe('fine')
    await expect.poll(() => owner.dbsize(), { timeout: 5000 }).toBe(0)
  })

  test.each(['eval', 'evalsha', 'get', 'set', 'mget', 'incrby', 'pttl', 'pexpire', 'xadd', 'xrevrange', 'xread'])(
    'lacks %s is said [FD65]',
    async (command) => {
      expect(await tried(await urlOf(`${documented} -${command}`))).toMatch(
        /^Redis does not allow \w+ on postern.+(permission|can't run)/s,
      )
    },
  )

  test.each(['~postern:* ', '~postern:*  ~postern{check:*', '~postern{*', '~other*'])(
    'has keys %s alone is said [FD65]',
    async (keys) => {
      const rules = documented.replace('~postern* ', `${keys.trim().replace(/ +/g, ' ')} `)
      expect(await tried(await urlOf(rules))).toMatch(/^Redis does not allow /)
    },
  )

  test('refuses our keys is no Redis: doctor and /health/ready say so [FD65]', async () => {
    const url = await urlOf(documented.replace('~postern*', '~other*'))
    const app = await startApp({ REDIS_URL: url })
    const { status, body } = await app.client().get('/health/ready')
    expect([status, body]).toMatchObject([200, { status: 'degraded', checks: { redis: 'down' } }])
    const { code, out } = await runAdmin(app, ['doctor'], { REDIS_URL: url })
    expect([code, out]).toEqual([1, expect.stringMatching(/^FAILED {3}Redis: Redis does not allow .+REDIS_URL/m)])
    await app.close()
  })
})

test('a Cluster is tried key by key [FD65]', async () => {
  const cluster = await startRedisCluster()
  const client = openRedis(cluster.url)
  await client.connect()
  await expect(tryRedis(client)).resolves.toBeUndefined()
  client.disconnect()
  await cluster.stop()
})
