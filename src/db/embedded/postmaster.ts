import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processOptions } from './account.ts'
import type { Place } from './place.ts'
import { findPostmasterPid, isRunning, isUnrelated, removeStaleLocks } from './process.ts'

/** A PostgreSQL that this process has started. */
export type Launch = {
  /**
   * `beaten`: another process holds the cluster, so try to connect again. A `reason` says why PostgreSQL does not
   * start.
   */
  state: 'running' | 'beaten' | { readonly reason: string }
}

type Settings = Readonly<Record<string, string>>

const fixedSettings = (place: Place): Settings => ({
  listen_addresses: '',
  port: '5432',
  unix_socket_directories: `"${place.socketDir.replaceAll('"', '""')}"`,
  unix_socket_permissions: '0700',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'postern',
  // Logged errors of statements would contain values, and the caller gets every error anyway.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
})

/** Starts PostgreSQL in a process group of its own, so that Ctrl-C does not stop it before the server that uses it. */
export async function launchPostmaster(place: Place, native: string, settings: Settings): Promise<Launch> {
  if (process.platform === 'linux') await removeStaleLocks(place)
  const log = await openLog(place)
  try {
    const { size: start } = await log.stat()
    const flags = Object.entries({ ...fixedSettings(place), ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    const child = spawn(join(native, 'bin/postgres'), ['-D', place.clusterDir, ...flags], {
      ...processOptions(place.account),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.unref()
    const launch: Launch = { state: 'running' }
    child.once('error', (error) => {
      launch.state = { reason: error.message }
    })
    child.once('exit', (code) => {
      void readFile(place.logFile)
        .catch(() => Buffer.of())
        .then((text) => {
          launch.state = judge(code, text.subarray(start).toString().trim())
        })
    })
    return launch
  } finally {
    await log.close()
  }
}

/**
 * Judges why PostgreSQL exited. Other processes write to the same log and may stop or forestall this one, so only an
 * error that is surely its own counts as a reason.
 */
function judge(exitCode: number | null, log: string): Launch['state'] {
  if (exitCode === 0 || exitCode === null) return 'beaten'
  if (/lock file ".*" (already exists|is empty)|shared memory block .* still in use/.test(log)) return 'beaten'
  const faults = log.match(/(?<=(?:FATAL|PANIC): {2})(?!the database system is).*/g)
  return { reason: faults?.at(-1) ?? log.split('\n').at(-1) ?? '' }
}

async function openLog({ logFile, account }: Place): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants
  const log = await open(logFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  if (account !== undefined) await log.chown(account.uid, account.gid)
  return log
}

const logLimitBytes = 4 * 1024 * 1024

/** Empties a log of more than 4 MiB. PostgreSQL appends, so it goes on at the new end. */
export async function boundLog(place: Place): Promise<void> {
  const found = await stat(place.logFile).catch(() => undefined)
  if (found === undefined || found.size <= logLimitBytes) return
  const log = await openLog(place)
  await log.truncate(0).finally(() => log.close())
}

/** Stops the PostgreSQL that answers on the socket. It rolls back open transactions, writes what it must and exits. */
export async function stopPostmaster(place: Place): Promise<void> {
  const pid = await findPostmasterPid(place)
  if (pid === undefined) return
  // The folder may be shared with another container, in which the same process ids belong to other processes.
  if (process.platform === 'linux' && (await isUnrelated(pid, place))) return
  const steps = [
    { signal: 'SIGINT', patienceMs: 10_000 },
    { signal: 'SIGQUIT', patienceMs: 5_000 },
  ] as const
  for (const { signal, patienceMs } of steps) {
    const deadline = performance.now() + patienceMs
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    while (performance.now() < deadline) {
      if (!(await isRunning(pid))) return
      await sleep(10)
    }
  }
}
