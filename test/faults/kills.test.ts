import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { turns } from '../support/long-form.ts'
import type { Supervised } from '../support/supervised.ts'
import { gather, lookAgain } from './crowd.ts'
import { recoveryFigures } from './figures.ts'
import { nowMs } from './history.ts'
import { judge, nothing, untilCalm } from './judge.ts'
import { type Random, seededRandom } from './random.ts'
import { openStage, type Stage } from './stage.ts'

/** `npm run faults` asks for ten times as many as the proof. */
const kills = {
  api: Number(process.env.KILLS_API ?? turns(10, 50)),
  worker: Number(process.env.KILLS_WORKER ?? turns(4, 20)),
  postgres: Number(process.env.KILLS_POSTGRES ?? turns(2, 5)),
}
const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000)
const owners = process.env.FAULTS === 'long' ? 40 : 16
const longestWorkMs = 2000

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ apiCount: 2 })
})
afterAll(() => stage.close())

type Pace = { readonly times: number; readonly random: Random; readonly due: (kill: number) => Promise<void> }

/** In the middle of its work, wherever that is: after a number of things done and a few milliseconds that chance decides. */
async function keepKilling(program: Supervised, { times, random, due }: Pace): Promise<void> {
  for (let kill = 0; kill < times; kill++) {
    await due(kill)
    await program.up()
    const served = random.below(program === stage.worker ? 6 : 16)
    const deadline = nowMs() + longestWorkMs
    while (program.isUp() && program.served < served && nowMs() < deadline) await sleep(2)
    await sleep(random.below(30))
    const atMs = nowMs()
    await program.kill()
    await program.up()
    stage.history.note({ kind: 'trouble', what: `SIGKILL of ${program.name}`, atMs, overMs: nowMs() })
  }
}

async function keepKillingPostgres({ times, due }: Pace): Promise<void> {
  for (let kill = 0; kill < times; kill++) {
    await due(kill)
    const which = kill % 2 === 0 ? 'postmaster' : 'backend'
    const atMs = nowMs()
    await stage.killPostgres(which)
    stage.history.note({ kind: 'trouble', what: `SIGKILL of PostgreSQL's ${which}`, atMs, overMs: nowMs() })
  }
}

/** The API sets the pace, and the others spread theirs over its kills. */
function paces(random: Random): { api: Pace; worker: Pace; postgres: Pace } {
  const starts = () => stage.apis.reduce((sum, api) => sum + api.starts(), 0)
  const before = starts()
  const perApi = Math.ceil(kills.api / stage.apis.length)
  const progress = () => (starts() - before) / (perApi * stage.apis.length)
  const spread = (times: number, name: string): Pace => {
    const chance = random.fork(name)
    const due = async (kill: number): Promise<void> => {
      const share = ((kill + chance.next()) / times) * 0.95
      while (progress() < share) await sleep(5)
    }
    return { times, random: chance, due }
  }
  return {
    api: { times: perApi, random: random.fork('api'), due: async () => undefined },
    worker: spread(kills.worker, 'worker'),
    postgres: spread(kills.postgres, 'postgres'),
  }
}

test(
  `${kills.api} kills of the API, ${kills.worker} of the worker, ${kills.postgres} of PostgreSQL, at any moment: what was acknowledged is there, what was not is whole or absent, mails come once [FT11]`,
  async ({ task }) => {
    const random = seededRandom(seed)
    const crowd = gather(stage, owners, random)
    const { api, worker, postgres } = paces(random)
    await Promise.all([
      ...stage.apis.map((program) => keepKilling(program, api)),
      keepKilling(stage.worker, worker),
      keepKillingPostgres(postgres),
    ])
    await crowd.disperse()
    await untilCalm(stage)
    await lookAgain(stage, crowd)
    await untilCalm(stage)

    const { found, figures, troubles } = await judge(stage)
    process.stdout.write(`seed ${seed} (FAULTS_SEED), history in ${stage.history.file}\n`)
    task.meta.figures = { kills: troubles.length, ...figures, ...recoveryFigures(troubles) }
    expect(found).toEqual(nothing)
  },
  600_000 + kills.api * 5000,
)
