import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../../node_modules/.cache/schemathesis')
const requirements = join(import.meta.dirname, 'requirements.txt')

let installed: Promise<string> | undefined

/** The program, of exactly the versions that requirements.txt names, in an environment of its own; installed once, however many ask. */
export const installSchemathesis = (): Promise<string> => {
  installed ??= install()
  return installed
}

async function install(): Promise<string> {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const stamp = join(folder, 'installed')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder]).catch((cause: Error) => {
      throw new Error('The long fuzz needs Python 3.10 or later with venv (apt install python3-venv).', { cause })
    })
    await run(join(folder, 'bin/pip'), ['install', '--quiet', '--no-deps', '--requirement', requirements])
    writeFileSync(stamp, wanted)
  }
  return join(folder, 'bin/schemathesis')
}
