import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { answers, installPackage } from './debian-package.ts'
import { freePort } from './free-port.ts'

export type TestRedis = { readonly url: string; stop(): Promise<void> }

/** One that the test may break. It comes back on the same port, empty. */
export type OwnRedis = TestRedis & {
  kill(): Promise<void>
  start(): Promise<void>
  /** Leaves its connections open and answers nothing. */
  pause(): Promise<void>
  resume(): Promise<void>
}

type Machine = Omit<OwnRedis, 'url'> & { readonly host: string }

const run = promisify(execFile)
const image = 'redis:8.8.3-alpine'
const startDeadlineMs = 15_000

/** A Redis that may be shared with others: isolate by key prefix, flush nothing. */
export async function startRedis(): Promise<TestRedis> {
  const url = process.env.REDIS_URL
  return url ? { url, stop: async () => {} } : startOwnRedis()
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const port = await freePort()
  const machine = await startMachine(port, [])
  return { ...machine, url: `redis://${machine.host}:${port}` }
}

/** A Cluster of one node, which is enough for its protocol and its rules about keys; it also listens ten thousand ports above. */
export async function startRedisCluster(): Promise<OwnRedis> {
  const port = await freePort()
  const settings = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-config-file',
    `nodes-${port}.conf`,
  ]
  const machine = await startMachine(port, settings)
  await ask(machine.host, port, 'CLUSTER ADDSLOTSRANGE 0 16383')
  await untilAnswer(machine.host, port, 'CLUSTER INFO', 'cluster_state:ok')
  return { ...machine, url: `redis+cluster://${machine.host}:${port}` }
}

async function startMachine(port: number, settings: readonly string[]): Promise<Machine> {
  const options = ['--port', String(port), '--save', '', '--appendonly', 'no', '--protected-mode', 'no', ...settings]
  if (await hasDocker()) return startContainer(port, options)
  if (await hasServer()) return startProcess(port, options)
  throw new Error(
    'The tests found no Redis: set REDIS_URL, start Docker, or install redis-server (apt install redis-server, brew install redis).',
  )
}

export const hasDocker = (): Promise<boolean> => answers('docker', ['info'])

async function hasServer(): Promise<boolean> {
  if (await answers('redis-server', ['--version'])) return true
  await installPackage('redis-server')
  return answers('redis-server', ['--version'])
}

async function startProcess(port: number, options: readonly string[]): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-redis-'))
  let server = launch()

  function launch() {
    return spawn('redis-server', [...options, '--bind', '127.0.0.1', '--dir', folder], { stdio: 'ignore' })
  }
  const killNow = (): boolean => server.kill('SIGKILL')
  process.once('exit', killNow)

  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    killNow()
    await ended
  }
  const machine: Machine = {
    host: '127.0.0.1',
    kill,
    start: async () => {
      server = launch()
      await untilAnswer('127.0.0.1', port, 'PING', '+PONG')
    },
    pause: async () => void server.kill('SIGSTOP'),
    resume: async () => void server.kill('SIGCONT'),
    stop: async () => {
      await kill()
      process.off('exit', killNow)
      await rm(folder, { recursive: true, force: true })
    },
  }
  await untilAnswer(machine.host, port, 'PING', '+PONG')
  return machine
}

async function startContainer(port: number, options: readonly string[]): Promise<Machine> {
  const { GenericContainer } = await import('testcontainers')
  // The same port inside and outside: a Cluster's node tells clients the port that it knows.
  const container = await new GenericContainer(image)
    .withExposedPorts({ container: port, host: port })
    .withCommand(['redis-server', ...options])
    .start()
  const docker = async (verb: string): Promise<void> => void (await run('docker', [verb, container.getId()]))
  const host = container.getHost()
  return {
    host,
    kill: () => docker('kill'),
    start: async () => {
      await docker('start')
      await untilAnswer(host, port, 'PING', '+PONG')
    },
    pause: () => docker('pause'),
    resume: () => docker('unpause'),
    stop: async () => void (await container.stop()),
  }
}

async function untilAnswer(host: string, port: number, command: string, expected: string): Promise<void> {
  const deadline = Date.now() + startDeadlineMs
  for (;;) {
    const reply = await ask(host, port, command).catch((error: Error) => error.message)
    if (reply.includes(expected)) return
    if (Date.now() > deadline) throw new Error(`Redis on port ${port} does not start: ${reply}`)
    await sleep(20)
  }
}

/** One inline command on a connection of its own. */
async function ask(host: string, port: number, command: string): Promise<string> {
  const socket = connect(port, host)
  // One that takes the connection and says nothing would be waited for without end.
  socket.setTimeout(1000, () => socket.destroy(new Error('no answer')))
  socket.end(`${command}\r\nQUIT\r\n`)
  let reply = ''
  for await (const chunk of socket) reply += String(chunk)
  return reply
}
