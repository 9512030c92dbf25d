import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startServerProcess } from '../support/server-process.ts'

const onLinux = process.platform === 'linux'

const threadsOf = (pid: number): { doesWhatBlocks: boolean; rank: number }[] =>
  readdirSync(`/proc/${pid}/task`).map((thread) => ({
    doesWhatBlocks: readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim() === 'libuv-worker',
    rank: getPriority(Number(thread)),
  }))

test.skipIf(!onLinux).each([
  ['7', 9],
  ['1', 4],
])(
  'with ARGON2_CONCURRENCY=%s there are %s threads for what blocks, and they alone come after the event loop',
  async (concurrency, threads) => {
    const app = await startApp()
    const server = await startServerProcess({
      DATABASE_URL: app.config.databaseUrl ?? '',
      KEYS_DIR: app.config.keysDir,
      DATA_DIR: app.config.dataDir,
      ARGON2_CONCURRENCY: concurrency,
      ARGON2_MEMORY_KIB: '8192',
      ARGON2_TIME_COST: '1',
    })
    const ranks = Map.groupBy(threadsOf(server.pid), ({ doesWhatBlocks }) => doesWhatBlocks)
    const loopRank = getPriority(server.pid)
    expect(ranks.get(true)?.map(({ rank }) => rank)).toEqual(Array(threads).fill(loopRank + 5))
    expect(new Set(ranks.get(false)?.map(({ rank }) => rank))).toEqual(new Set([loopRank]))
    await server.stop()
    await app.close()
  },
)
