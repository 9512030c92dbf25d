import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sourceFile } from '../support/programs.ts'
import { startServerProcess } from '../support/server-process.ts'

/** What each program of Node pays that has these packages, without their work. */
const reference = ['fastify', 'pg', 'zod', 'drizzle-orm/node-postgres']
  .map((name) => `await import('${name}')`)
  .join(';')

test('the server is ready soon from its sources, as npm start has them: the first time with a cluster to make, later with one to start', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-start-'))
  // PostgreSQL does not run as root: its own user must get through.
  chmodSync(dataDir, 0o711)
  const importsMs = timed(() => execFileSync(process.execPath, ['--input-type=module', '-e', reference], { env: {} }))
  const start = async (): Promise<number> => {
    const startedAt = performance.now()
    const server = await startServerProcess({ DATA_DIR: dataDir, NODE_COMPILE_CACHE: '' }, sourceFile('main'))
    const readyMs = performance.now() - startedAt
    await server.stop()
    return readyMs
  }
  try {
    const [first, second] = [await start(), await start()]
    const times = [first, second, importsMs].map(Math.round).join(', ')
    process.stdout.write(`first start, second start, imports alone: ${times} ms\n`)
    expect(first / importsMs).toBeLessThan(10)
    expect(second / importsMs).toBeLessThan(5)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})

function timed(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
