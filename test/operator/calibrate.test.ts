import { expect, test } from 'vitest'
import { runAdmin } from '../support/server-process.ts'

test('calibrate measures, and recommends no less than the default', async () => {
  const config = { databaseUrl: '', dataDir: '/nowhere', keysDir: '/nowhere/keys' } as never
  const { code, out } = await runAdmin({ config }, ['calibrate'])
  expect(code).toBe(0)
  expect(out).toMatch(/^ {4}19 MiB +\d+\.\d ms$/m)
  expect(Number(/ARGON2_MEMORY_KIB=(\d+)/.exec(out)?.[1])).toBeGreaterThanOrEqual(19_456)
  expect(out).toMatch(/ARGON2_TIME_COST=2\n +ARGON2_CONCURRENCY=[1-9]/)
})
