import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, type RunnerTestCase, TestRunner, test } from 'vitest'
import { type OwnRedis, startOwnRedis } from '../support/redis.ts'
import { type Crowd, gather, lookAgain } from './crowd.ts'
import { type Act, nowMs } from './history.ts'
import { judge, nothing, untilCalm } from './judge.ts'
import { seededRandom } from './random.ts'
import { openStage, type Stage } from './stage.ts'

const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000)
const lastsMs = 4000

/** What is away for a while under the same crowd, and comes back; only `npm run faults` has the time for it. */
describe.skipIf(process.env.FAULTS !== 'long')('owners at work while something is away', { timeout: 240_000 }, () => {
  let redis: OwnRedis
  let stage: Stage
  let crowd: Crowd
  beforeAll(async () => {
    redis = await startOwnRedis()
    stage = await openStage({ apiCount: 2, isProxied: true, env: { REDIS_URL: redis.url } })
    crowd = gather(stage, 12, seededRandom(seed))
  })
  afterAll(async () => {
    await stage.close()
    await redis.stop()
  })

  const answers = () =>
    stage.history.read().filter((entry): entry is Act => entry.kind === 'act' && entry.outcome === 'acknowledged')
      .length
  const untilAnswers = async (more: number): Promise<void> => {
    const before = answers()
    while (answers() < before + more) await sleep(20)
  }

  const smtp = (mode: Stage['mailSink']['mode']) => () => {
    stage.mailSink.mode = mode
  }
  test.each<[string, () => unknown, () => unknown]>([
    ['PostgreSQL is cut off [FT1]', () => stage.proxy.cut(), () => stage.proxy.restore()],
    ['PostgreSQL is silent [FT2]', () => stage.proxy.hang(), () => stage.proxy.restore()],
    ['Redis is killed and comes back empty [FT4]', () => redis.kill(), () => redis.start()],
    ['Redis is silent [FT4]', () => redis.pause(), () => redis.resume()],
    ['SMTP refuses [FT6]', smtp('refuses'), smtp('takes')],
    ['SMTP hangs [FT6]', smtp('hangs'), smtp('takes')],
    ['SMTP is away [FT6]', () => stage.mailSink.stop(), () => stage.mailSink.start()],
    ['the worker stands still [FT7]', () => stage.worker.signal('SIGSTOP'), () => stage.worker.signal('SIGCONT')],
  ])('%s', async (what, begin, end) => {
    await untilAnswers(20)
    const atMs = nowMs()
    await begin()
    // The owners meet it in this time.
    await sleep(lastsMs)
    await end()
    const backMs = nowMs()
    await untilAnswers(1)
    stage.history.note({ kind: 'trouble', what, atMs, overMs: nowMs() })
    const during = stage.history
      .read()
      .filter((entry): entry is Act => entry.kind === 'act' && entry.endedMs > atMs && entry.startedMs < backMs)
    expect.soft(during.filter(({ outcome }) => outcome === 'refused')).toEqual([])
    const count = (outcome: Act['outcome']) => during.filter((act) => act.outcome === outcome).length
    const test = TestRunner.getCurrentTest<RunnerTestCase>()
    test.meta.figures = {
      requests: during.length,
      acknowledged: count('acknowledged'),
      unanswered: count('unknown'),
      'answers again within ms': Math.round(nowMs() - backMs),
    }
  })

  test('afterwards nothing acknowledged is lost, nothing half done, nothing revived, and every mail came once [FT1 FT2 FT4 FT6 FT7]', async ({
    task,
  }) => {
    await crowd.disperse()
    await untilCalm(stage)
    await lookAgain(stage, crowd)
    await untilCalm(stage)
    process.stdout.write(`seed ${seed} (FAULTS_SEED), history in ${stage.history.file}\n`)
    const { found, figures } = await judge(stage)
    task.meta.figures = figures
    expect(found).toEqual(nothing)
  })
})
