import { afterAll, beforeAll, expect, test } from 'vitest'
import { frontendUrl, publicUrl, startApp, type TestApp } from '../support/app.ts'
import { makeRefreshTokens, makeSessions, makeUsers } from '../support/factories.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

let app: TestApp
let replicas: ServerProcess[]
const start = () =>
  startServerProcess({
    // As in production they drain.
    APP_ENV: 'production',
    PUBLIC_URL: publicUrl,
    FRONTEND_URL: frontendUrl,
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'no-reply@example.com',
    DATABASE_URL: app.config.databaseUrl ?? '',
    KEYS_DIR: app.config.keysDir,
    DATA_DIR: app.config.dataDir,
    RATE_LIMITS: '1000000',
  })
beforeAll(async () => {
  app = await startApp()
  replicas = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await app.close()
})

/** As a reverse proxy may with any request: the next replica is asked where the first took no connection, never after one that broke. */
async function ask(turn: number, path: string, request: RequestInit): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const { origin } = replicas[(turn + attempt) % replicas.length] as ServerProcess
    try {
      return await fetch(origin + path, request)
    } catch (error) {
      const { syscall } = (error as { cause?: NodeJS.ErrnoException }).cause ?? {}
      if (syscall !== 'connect' || attempt > 0) throw error
    }
  }
}

test('replicas are restarted one after the other under load: no request fails, and no reply to a refresh is lost', async () => {
  const users = await makeUsers(app.deps.pool, 4)
  const [session] = await makeSessions(app.deps.pool, users.slice(0, 1))
  const headers = { authorization: `Bearer ${session?.token}` }
  let isOver = false
  const answers = new Map<string, number>()
  const note = (name: string) => answers.set(name, (answers.get(name) ?? 0) + 1)
  const keepChecking = async (first: number): Promise<void> => {
    for (let turn = first; !isOver; turn++) {
      const reply = await ask(turn, '/v0/user/me', { headers })
      await reply.arrayBuffer()
      note(`check ${reply.status}`)
    }
  }
  const keepRefreshing = async (first: string): Promise<void> => {
    for (let turn = 0, refreshToken = first; !isOver; turn++) {
      const reply = await ask(turn, '/v0/auth/token/refresh', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token: refreshToken }),
      })
      const body = (await reply.json()) as { refresh_token: string }
      note(`refresh ${reply.status}`)
      refreshToken = body.refresh_token
    }
  }
  const chains = await makeRefreshTokens(app.deps.pool, users.slice(1))
  const restartAll = async (): Promise<void> => {
    for (const index of [0, 1]) {
      await replicas[index]?.stop()
      replicas[index] = await start()
    }
    isOver = true
  }
  await Promise.all([restartAll(), ...[0, 1, 2, 3].map(keepChecking), ...chains.map(keepRefreshing)])
  expect([...answers.keys()].sort()).toEqual(['check 200', 'refresh 200'])
  expect(answers.get('check 200')).toBeGreaterThan(500)
  expect(answers.get('refresh 200')).toBeGreaterThan(100)
})

test('a start in production says which settings weaken it [AT14]', () => {
  for (const replica of replicas)
    expect(replica.output()).toContain('"msg":"RATE_LIMITS is 1000000: passwords and codes')
})
