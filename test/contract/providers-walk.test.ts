import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { OidcProvider } from '../support/provider.ts'
import { withTotp } from '../totp/support.ts'

const root = join(import.meta.dirname, '../..')
const walk =
  /## Add a provider[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/providers.md'), 'utf8'))?.[1] ?? ''

test('the walk of docs/providers.md prints, word for word, what it says', async () => {
  const provider = new OidcProvider()
  const issuer = await provider.start()
  const app = await startApp({
    APP_ENV: 'development',
    PUBLIC_URL: undefined,
    FRONTEND_URL: undefined,
  })
  const { person, client, backupCodes } = await withTotp(app)
  const { stdout } = await promisify(execFile)('bash', ['-euc', walk], {
    cwd: root,
    env: {
      ...process.env,
      API: app.origin,
      DATABASE_URL: app.config.databaseUrl,
      KEYS_DIR: app.config.keysDir,
      EMAIL: person.email,
      PASSWORD: person.password,
      CODE: backupCodes[0], // Unlike the app's it does not grow old meanwhile.
      TOKEN: client.cookies.get('session_id'),
      CLIENT_ID: provider.clientId,
      CLIENT_SECRET: provider.clientSecret,
      ISSUER: issuer,
    },
  })
  const printed = stdout.trimEnd().split('\n')
  const promised = [...walk.matchAll(/# (\d{3})$/gm)].map((match) => match[1])
  expect(printed[0]).toContain('has the role admin now')
  expect(printed[1]).toContain('count as a second factor from now on')
  expect(printed.slice(2).map((line) => line.slice(-3))).toEqual(promised)
  expect(stdout).toContain('"slug":"acme"')
  expect(stdout).toContain('"auth_url"')
  expect(stdout).not.toContain(provider.clientSecret)
  await app.close()
  await provider.stop()
})
