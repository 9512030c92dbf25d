import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder of the file's own, until its last test. */
export function useFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `postern-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
