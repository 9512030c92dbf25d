import { readFile } from 'node:fs/promises'

/** Returns undefined if there is no such file. */
export async function readIfThere(file: URL | string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
