import { execFile } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own, so small that it can be filled. */
export type SmallDisk = {
  readonly folder: string
  /** To the last byte. */
  fill(): void
  free(): void
  remove(): Promise<void>
}

/** Gives the reason where this machine does not let one be mounted, as it does for root alone. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk | string> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0711`, 'tmpfs', folder])
  } catch (error) {
    rmSync(folder, { recursive: true })
    return `no small file system can be mounted here: ${(error as { stderr?: string }).stderr?.trim() || String(error)}`
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill: () => {
      const file = openSync(filler, 'a')
      try {
        for (const size of [1 << 20, 4096, 1]) writeUntilFull(file, Buffer.alloc(size))
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: async () => {
      await run('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    while (writeSync(file, bytes) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
