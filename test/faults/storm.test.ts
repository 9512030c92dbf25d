import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const bench = join(import.meta.dirname, '../bench/main.ts')

/** Server and load need a core each for themselves; only `npm run faults` has the time for it. */
test.skipIf(process.env.FAULTS !== 'long')(
  'in a storm of sign-ins, ten times what can be hashed, others are answered within 10 ms, and memory is bounded [FT13]',
  { timeout: 180_000 },
  async ({ task }) => {
    // It ends with 1 where a target does not hold: the table says by how much.
    const table = await promisify(execFile)(process.execPath, [bench, 'storm']).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    )
    const [p99Ms, mib] = [/p99 ([\d.]+) ms/, /(\d+) MiB \| </].map((figure) => Number(figure.exec(table)?.[1]))
    task.meta.figures = { 'p99 ms': p99Ms ?? Number.NaN, 'resident MiB': mib ?? Number.NaN }
    expect(table.match(/\| (?:yes|NO) \|/g), table).toEqual(['| yes |', '| yes |'])
  },
)
