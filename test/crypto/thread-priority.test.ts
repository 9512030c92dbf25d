import { pbkdf2 } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { rankHashingThreads } from '../../src/crypto/thread-priority.ts'
import { createLog } from '../../src/log.ts'

test.skipIf(process.platform !== 'linux')(
  'the threads that hash passwords come after the event loop, and no other thread does',
  async () => {
    await promisify(pbkdf2)('password', 'salt', 1, 32, 'sha256')
    const own = getPriority()
    rankHashingThreads(createLog('silent'))
    const ranks = readdirSync('/proc/self/task').map((thread) => ({
      isHashing: readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'libuv-worker',
      rank: getPriority(Number(thread)),
    }))
    expect(new Set(ranks.filter(({ isHashing }) => isHashing).map(({ rank }) => rank))).toEqual(new Set([5]))
    expect(new Set(ranks.filter(({ isHashing }) => !isHashing).map(({ rank }) => rank))).toEqual(new Set([own]))
  },
)
