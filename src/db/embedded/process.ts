import { link, readFile, readlink, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode } from './error.ts'
import { type Place, socketFile } from './place.ts'

const pidFile = ({ clusterDir }: Place): string => join(clusterDir, 'postmaster.pid')

/** Id of the PostgreSQL that holds the cluster, or held it last. */
export const findPostmasterPid = (place: Place): Promise<number | undefined> => readPid(pidFile(place))

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : undefined
}

/**
 * PostgreSQL discards the lock file of a dead process by itself, but takes any live process of its user with that id
 * for the file's owner. After a restart of a container that is often an unrelated process, so its program is checked
 * here.
 */
export async function removeStaleLocks(place: Place): Promise<void> {
  for (const path of [pidFile(place), `${socketFile(place)}.lock`]) {
    const pid = await readPid(path)
    if (pid === undefined || !(await isUnrelated(pid, place))) continue
    // Another start may have replaced the file since, so only the file that was judged is removed.
    const judged = `${path}.${process.pid}`
    await rename(path, judged).catch(() => undefined)
    if ((await readPid(judged)) !== pid) await link(judged, path).catch(() => undefined)
    await rm(judged, { force: true })
  }
}

/** Whether this id surely belongs to a process other than this cluster's PostgreSQL. False if no process has it. */
export async function isUnrelated(pid: number, { clusterDir }: Place): Promise<boolean> {
  if ((await findProcessState(pid)) === 'Z') return true
  try {
    const program = await readlink(`/proc/${pid}/exe`)
    const [folder, cluster] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(clusterDir)])
    const isPostgres = basename(program).replace(' (deleted)', '') === 'postgres'
    return !isPostgres || folder.ino !== cluster.ino || folder.dev !== cluster.dev
  } catch {
    // It has ended, or belongs to another user; PostgreSQL ignores both.
    return false
  }
}

/** Reads the state letter of Linux. A zombie (`Z`) still has its id but no longer runs. */
async function findProcessState(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2)[0]
}

export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
  const state = await findProcessState(pid)
  // On Linux a missing state means that the process has ended since the signal above.
  return state === undefined ? process.platform !== 'linux' : state !== 'Z'
}
