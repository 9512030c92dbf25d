import { link, readFile, readlink, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode } from './error.ts'
import { type Place, socketFile } from './place.ts'

const pidFile = ({ clusterDir }: Place): string => join(clusterDir, 'postmaster.pid')

/** Of the PostgreSQL that holds the cluster, or held it last. */
export const findPostmasterPid = (place: Place): Promise<number | undefined> => readPid(pidFile(place))

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : undefined
}

/**
 * PostgreSQL discards the lock file of a dead process by itself, but takes any live process of its user with that id
 * for its owner: after a restart of a container that is often another one, which is asked here who it is.
 */
export async function removeStaleLocks(place: Place): Promise<void> {
  for (const path of [pidFile(place), `${socketFile(place)}.lock`]) {
    const pid = await readPid(path)
    if (pid === undefined || !(await isUnrelated(pid, place))) continue
    // Another start may have replaced the file since: only what was judged goes.
    const judged = `${path}.${process.pid}`
    await rename(path, judged).catch(() => undefined)
    if ((await readPid(judged)) !== pid) await link(judged, path).catch(() => undefined)
    await rm(judged, { force: true })
  }
}

/** Whether that id is surely taken by something else than this cluster's PostgreSQL. A dead one is not. */
export async function isUnrelated(pid: number, { clusterDir }: Place): Promise<boolean> {
  if ((await findProcessState(pid)) === 'Z') return true
  try {
    const program = await readlink(`/proc/${pid}/exe`)
    const [folder, cluster] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(clusterDir)])
    const isPostgres = basename(program).replace(' (deleted)', '') === 'postgres'
    return !isPostgres || folder.ino !== cluster.ino || folder.dev !== cluster.dev
  } catch {
    // Gone, or another user's, which PostgreSQL does not mind.
    return false
  }
}

/** The letter that Linux gives; a zombie has an id but does nothing any more. */
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
  // Without a state where Linux gives one, it was reaped since the question before.
  return state === undefined ? process.platform !== 'linux' : state !== 'Z'
}
