import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { programFile } from '../support/programs.ts'

/** `npm run import:speed` sets it to 1,000,000. */
const accounts = Number(process.env.IMPORT_ACCOUNTS ?? 2000)
const isLong = accounts >= 100_000
/** A million in ten minutes. */
const leastASecond = 1_000_000 / 600
const mostMib = 300

const app = useApp()
const dir = useFolder('import')

const bcrypt = '$2b$12$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu'

/** As Auth0 exports them, so that handles are made of names, and every tenth has the name of another. */
async function writeExport(): Promise<string> {
  const file = join(dir, 'accounts.ndjson')
  const out = createWriteStream(file)
  for (let number = 0; number < accounts; number++) {
    const name = `${number % 10 === 0 ? 'common' : 'person'} ${number % 10 === 0 ? '' : number}`.trim()
    const line = {
      user_id: `auth0|${number}`,
      email: `${name.replaceAll(' ', '.')}@n${number}.example`,
      email_verified: true,
      name: `Person Number ${number}`,
      nickname: name,
      created_at: '2021-03-05T16:35:16.775Z',
      passwordHash: bcrypt,
      user_metadata: { color: 'green', about: 'x'.repeat(100) },
    }
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  return file
}

/** Of a process on Linux: the most memory that it ever had; nothing of one that has ended and was not fetched yet. */
function peakMib(pid: number | undefined): number {
  const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib ?? 0) / 1024
}

test.each(isLong ? ['--dry-run', '--from=auth0'] : ['--from=auth0'])(
  'an export of any size takes so little memory, and a million accounts less than ten minutes: %s',
  { timeout: 3_600_000 },
  async (option) => {
    const file = await writeExport()
    const { databaseUrl: DATABASE_URL = '', dataDir: DATA_DIR, keysDir: KEYS_DIR } = app.config
    const env = { PATH: process.env.PATH, APP_ENV: 'test', DATABASE_URL, DATA_DIR, KEYS_DIR }
    const startedAt = performance.now()
    const args = [programFile('cli'), 'import-accounts', option, '--from', 'auth0', file]
    const child = spawn(process.execPath, args, { env, cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    let peak = 0
    child.stdout.on('data', (text) => (out += String(text)))
    const watch = setInterval(() => {
      if (process.platform === 'linux' && child.exitCode === null) peak = Math.max(peak, peakMib(child.pid))
    }, 100)
    const [code] = await once(child, 'close')
    clearInterval(watch)
    const seconds = (performance.now() - startedAt) / 1000
    process.stdout.write(
      `${accounts} accounts, ${option}, in ${seconds.toFixed(1)} s, ${Math.round(accounts / seconds)} a second, ${Math.round(peak)} MiB at most\n`,
    )
    expect([code, out]).toEqual([0, expect.stringContaining(`accepted${option === '--dry-run' ? ':' : ','} `)])
    if (process.platform === 'linux') expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThan(mostMib)
    if (!isLong) return
    expect(accounts / seconds).toBeGreaterThan(leastASecond)
  },
)
