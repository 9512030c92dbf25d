import { pbkdf2 } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { rankHashingThreads } from '../../src/crypto/hashing-threads.ts'
import { createLog } from '../../src/log.ts'
import { startApp } from '../support/app.ts'
import { startServerProcess } from '../support/server-process.ts'

const onLinux = process.platform === 'linux'

/** Numbers of the process's threads that do what blocks. */
const hashingThreads = (pid: number | 'self'): string[] =>
  readdirSync(`/proc/${pid}/task`).filter(
    (thread) => readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim() === 'libuv-worker',
  )

test.skipIf(!onLinux)(
  'the threads that hash passwords come after the event loop, and no other thread does',
  async () => {
    await promisify(pbkdf2)('password', 'salt', 1, 32, 'sha256')
    const own = getPriority()
    rankHashingThreads(createLog('silent'))
    const hashing = hashingThreads('self')
    const ranks = readdirSync('/proc/self/task').map((thread) => ({
      isHashing: hashing.includes(thread),
      rank: getPriority(Number(thread)),
    }))
    expect(new Set(ranks.filter(({ isHashing }) => isHashing).map(({ rank }) => rank))).toEqual(new Set([5]))
    expect(new Set(ranks.filter(({ isHashing }) => !isHashing).map(({ rank }) => rank))).toEqual(new Set([own]))
  },
)

test.skipIf(!onLinux).each([
  ['7', 9],
  ['1', 4],
])(
  'with ARGON2_CONCURRENCY=%s there are %s threads: as many hashes run, and not everything else waits behind them',
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
    expect(hashingThreads(server.pid)).toHaveLength(threads)
    await server.stop()
    await app.close()
  },
)
