import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

type Place = 'file' | 'folder'

/**
 * Says who else may read a file, or put one into a folder, and what to do about it. Returns undefined if nobody else
 * may, or if the platform has no owners (`self`). The rule is PostgreSQL's for its own key: a file of the server's user
 * is for nobody else; a file of root, like a mounted secret, may be readable for the server's group.
 */
export function whoElseMay(path: string, place: Place, self = process.geteuid?.()): string | undefined {
  const found = self === undefined ? undefined : look(path)
  if (found === undefined) return undefined
  const { uid, mode } = found
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  if (uid === self) {
    return (mode & 0o077) === 0 ? undefined : `${path} is open to others (mode ${shown}): \`chmod go= ${path}\``
  }
  if (uid !== 0) return `${path} belongs to the user ${uid}: give it to the one who runs Postern (${self}), or to root`
  if (place === 'folder') {
    return (mode & 0o022) === 0 || isReadOnly(path) ? undefined : `others may put files into ${path} (mode ${shown})`
  }
  return (mode & 0o027) === 0 ? undefined : `${path} is open to others (mode ${shown}): mount it with mode 0440 or less`
}

/**
 * Says who else may replace a file or folder, because they may write a folder above it. In a folder with the sticky
 * bit, such as `/tmp`, they may not. Returns undefined if nobody else may.
 */
export function whoElseMayReplace(path: string, self = process.geteuid?.()): string | undefined {
  if (self === undefined || look(path) === undefined) return undefined
  const above = [resolve(path), realpathSync(path)].flatMap(foldersAbove)
  const open = above.find((folder) => isWrittenByOthers(folder, self) && !isReadOnly(folder))
  return open && `others may put another in the place of ${path}, as they may write ${open}: \`chmod go-w ${open}\``
}

function isWrittenByOthers(folder: string, self: number): boolean {
  const { uid = 0, mode = 0 } = look(folder) ?? {}
  return (uid !== self && uid !== 0) || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0)
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersAbove(folder)]
}

/** Whether only root and the user that runs the server can have written the file. */
export function isOurs(file: string, self = process.geteuid?.()): boolean {
  const found = self === undefined ? undefined : look(file)
  return found === undefined || ((found.uid === self || found.uid === 0) && (found.mode & 0o022) === 0)
}

/** Returns undefined if the path cannot be looked at; whatever needs it reports it as missing. */
function look(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** Secrets are mounted read-only, in folders whose modes let everybody write. */
function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}
