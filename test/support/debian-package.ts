import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const script = `dpkg -s "$1" > /dev/null 2>&1 && exit
apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$1"`

const tried = new Map<string, Promise<void>>()

/**
 * On Debian as root; elsewhere, and where it fails, nothing happens. One at a time, also of several test processes; each
 * process tries once.
 */
export function installPackage(name: string): Promise<void> {
  const trying = tried.get(name) ?? install(name)
  tried.set(name, trying)
  return trying
}

async function install(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return
  // Runlevel 1: what comes with a service does not start it.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const lock = join(tmpdir(), 'postern-apt.lock')
  await run('flock', [lock, 'sh', '-c', script, 'sh', name], { env }).catch(() => undefined)
}

export const answers = (command: string, parameters: readonly string[]): Promise<boolean> =>
  run(command, parameters, { timeout: 60_000 }).then(
    () => true,
    () => false,
  )
