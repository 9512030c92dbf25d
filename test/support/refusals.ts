import type { TestApp } from './app.ts'

/** What was refused so far is written down afterwards. The first turn may be of a batch that is older. */
export async function writtenRefusals({ deps }: TestApp): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await deps.refusals?.flush()
}
