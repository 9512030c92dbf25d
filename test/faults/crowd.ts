import { setTimeout as sleep } from 'node:timers/promises'
import { Actor } from './actor.ts'
import { nowMs } from './history.ts'
import { moveOn } from './moves.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'

export type Crowd = {
  readonly actors: readonly Actor[]
  /** Afterwards nobody does anything any more; rejects where somebody's doing failed. */
  disperse(): Promise<void>
}

/** So many owners at a time, each living one account after the other. */
export function gather(stage: Stage, size: number, random: Random): Crowd {
  let isOver = false
  const actors: Actor[] = []
  const lanes = Array.from({ length: size }, async (_, lane) => {
    for (let life = 0; !isOver; life++) {
      const account = `p${lane}_l${life}`
      const actor = new Actor({ stage, account, random: random.fork(account), isOver: () => isOver })
      actors.push(actor)
      while (!isOver && (await moveOn(actor)));
      // One that fails at once would start a thousand.
      if (actor.isStuck) await sleep(100)
    }
  })
  const everybody = Promise.all(lanes)
  // What failed shows when they disperse.
  everybody.catch(() => undefined)
  return {
    actors,
    disperse: async () => {
      isOver = true
      await everybody
    },
  }
}

const repeatableMs = 10_000

/** Once all is calm: every account, every session and everything that was used once is looked at again. */
export async function lookAgain(stage: Stage, { actors }: Crowd): Promise<void> {
  for (const actor of actors) await actor.look()
  for (const actor of actors)
    for (const { label, token } of actor.known) {
      const reply = await actor.send({ method: 'GET', path: '/v0/user/me', token })
      actor.noteSession(label, reply?.status ?? 0)
    }
  // The answer to a refresh that was lost may be asked for again so long.
  const newest = Math.max(0, ...actors.flatMap(({ used }) => used.map(({ usedMs }) => usedMs)))
  await sleep(Math.max(0, newest + repeatableMs - nowMs()))
  for (const actor of actors)
    for (const { account, thing, sent } of actor.used) {
      const status = (await actor.send(sent))?.status ?? 0
      stage.history.note({ kind: 'replay', account, thing, atMs: nowMs(), status })
    }
}
