import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { describeCause } from '../../src/errors/cause.ts'
import { watchDependencies } from '../../src/http/watch-dependencies.ts'
import { createLog } from '../../src/process/log.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type OwnRedis, startOwnRedis } from '../support/redis.ts'

let redis: OwnRedis
let app: TestApp
beforeAll(async () => {
  redis = await startOwnRedis()
  app = await startApp({ REDIS_URL: redis.url, METRICS_TOKEN: 'metrics-token-of-the-test' })
})
afterAll(async () => {
  await app.close()
  await redis.stop()
})

type Line = { readonly level: number; readonly msg: string; readonly dependency: string; readonly cause?: object }

test('one line when a dependency goes and one when it is back, with its name and the cause [FD67]', async () => {
  const lines: Line[] = []
  const log = createLog('info', { write: (text) => void lines.push(JSON.parse(text)) })
  const { states, close } = watchDependencies({ checks: app.deps.healthChecks, log, everyMs: 50 })
  onTestFinished(close)
  const becomes = (isUp: boolean) => vi.waitFor(() => expect(states.get('redis')).toBe(isUp), { timeout: 10_000 })
  await becomes(true)
  expect(lines).toEqual([])
  for (const round of [1, 2]) {
    await redis.kill()
    await becomes(false)
    await redis.start()
    await becomes(true)
    expect(lines).toHaveLength(round * 2)
  }
  const said = lines.map(({ level, msg, dependency }) => [level, msg, dependency])
  const [lost, back] = [
    [40, 'a dependency is lost', 'redis'],
    [30, 'a dependency is back', 'redis'],
  ]
  expect(said).toEqual([lost, back, lost, back])
  expect(lines[0]?.cause).toMatchObject({ message: expect.stringMatching(/./) })
})

test('metrics have what runs, and deliveries to webhooks that wait, were refused or given up [FD67]', async () => {
  await app.sql(
    // Not yet due, so that no worker takes one meanwhile.
    `insert into pgboss.job (name, state, data, start_after)
       select 'deliver-webhook', state, '{}', now() + interval '1 hour'
       from unnest(array['created', 'retry', 'failed']::pgboss.job_state[]) as state`,
  )
  const { body } = await app.app.inject({
    url: '/metrics',
    headers: { host: 'auth.example.com', authorization: 'Bearer metrics-token-of-the-test' },
  })
  expect(body).toMatch(/^postern_build_info\{version="[\d.]+",node="\d+\.\d+\.\d+"\} 1$/m)
  expect(body).toContain('# TYPE postern_dependency_up gauge')
  for (const [name, count] of Object.entries({ waiting: 2, retrying: 1, failed: 1 }))
    expect(body).toMatch(new RegExp(`^postern_webhooks_${name} ${count}$`, 'm'))
})

test('what is like an error is described as one, and what PostgreSQL may have put in is not [FD67] [LG1]', () => {
  const copied = { message: 'no answer', stack: 'at', queue: 'deliver-webhook' }
  expect(describeCause(copied)).toEqual({ name: 'object', ...copied })
  const ofDatabase = { message: 'secret', code: '23505', routine: '_bt_check_unique', queue: 'sweep' }
  expect(JSON.stringify(describeCause(ofDatabase))).not.toContain('secret')
  expect(describeCause({ message: 'Failed query: insert secret' })).toEqual({ name: 'object' })
})
