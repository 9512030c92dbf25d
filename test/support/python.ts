import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = join(import.meta.dirname, '../../node_modules/.cache')

/** Programs from PyPI, of exactly the versions that the file names, in an environment of their own; gives the folder that they are in. */
export async function installFromPypi(name: string, requirements: string): Promise<string> {
  const folder = join(cache, name)
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const stamp = join(folder, 'installed')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder]).catch((cause: Error) => {
      throw new Error('This needs Python 3.10 or later with venv (apt install python3-venv).', { cause })
    })
    await run(join(folder, 'bin/pip'), ['install', '--quiet', '--no-deps', '--requirement', requirements])
    writeFileSync(stamp, wanted)
  }
  return join(folder, 'bin')
}
