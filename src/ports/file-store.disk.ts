import { randomUUID } from 'node:crypto'
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises'
import { join } from 'node:path'
import { type FileStore, FileStoreError } from './file-store.ts'

/** The prefix of files that are still being written. */
export const temporaryPrefix = '.postern-'

/** Keeps files in a folder; under its name a file is complete or absent. */
export function diskFileStore(folder: string): FileStore {
  return {
    put: (name, bytes) =>
      orFail(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const temporary = join(folder, `${temporaryPrefix}${randomUUID()}`)
        try {
          await withFile(temporary, 'wx', async (file) => {
            await file.writeFile(bytes)
            await file.sync()
          })
          await rename(temporary, join(folder, name))
        } catch (error) {
          await rm(temporary, { force: true })
          throw error
        }
        // The new name changes the folder, which must be synced too.
        await withFile(folder, 'r', (file) => file.sync())
      }),
    get: (name) =>
      orFail(() =>
        readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined
          throw error
        }),
      ),
    delete: (name) => orFail(() => rm(join(folder, name), { force: true })),
    ping: () =>
      orFail(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await access(folder, constants.W_OK | constants.X_OK)
        // Some file systems report no sizes.
        const { blocks, bavail } = await statfs(folder)
        if (blocks > 0 && bavail === 0) throw new Error('There is no room for it')
      }),
    list: async function* () {
      for (const name of await orFail(() => namesIn(folder))) {
        const found = await stat(join(folder, name)).catch(() => undefined)
        if (found?.isFile()) yield { name, modifiedAt: found.mtime }
      }
    },
  }
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })

async function withFile(path: string, flags: string, act: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    await act(file)
  } finally {
    await file.close()
  }
}

async function orFail<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (cause) {
    throw new FileStoreError('The folder of the files cannot be used', { cause })
  }
}
