import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

let app: TestApp
let replicas: ServerProcess[]
const start = () =>
  startServerProcess({
    DATABASE_URL: app.config.databaseUrl ?? '',
    KEYS_DIR: app.config.keysDir,
    DATA_DIR: app.config.dataDir,
    RATE_LIMITS: 'off',
  })
beforeAll(async () => {
  app = await startApp()
  replicas = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await app.close()
})

/** As a reverse proxy does: a connection that fails before there is an answer lets it ask the next replica. */
async function ask(turn: number, headers: Record<string, string>): Promise<number> {
  const failures: unknown[] = []
  for (let attempt = 0; attempt < 3; attempt++) {
    const { origin } = replicas[(turn + attempt) % replicas.length] as ServerProcess
    try {
      const reply = await fetch(`${origin}/v0/user/me`, { headers })
      await reply.arrayBuffer()
      return reply.status
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, 'no replica answered')
}

test('replicas are restarted one after the other under load, and no request fails', async () => {
  const { client } = await signedUp(app)
  const headers = { authorization: `Bearer ${client.cookies.get('__Host-session_id')}` }
  let isOver = false
  const answers = new Map<number, number>()
  const keepAsking = async (first: number): Promise<void> => {
    for (let turn = first; !isOver; turn++) {
      const status = await ask(turn, headers)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  const load = [0, 1, 2, 3].map(keepAsking)
  for (const index of [0, 1]) {
    await replicas[index]?.stop()
    replicas[index] = await start()
  }
  isOver = true
  await Promise.all(load)
  expect([...answers.keys()]).toEqual([200])
  expect(answers.get(200)).toBeGreaterThan(500)
})
