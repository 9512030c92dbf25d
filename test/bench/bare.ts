import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { openDatabase } from '../../src/db/database.ts'
import { loadArgon2 } from '../../src/hashing/argon2.ts'

/** What a route of Postern is held against: a bare Fastify that sends the same body and headers, and does one thing before it. */
export type BareOrder = {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** For each POST: a password is verified, one at a time; whoever finds so many before them is refused with 429. */
  readonly hashing?: { readonly storedHash: string; readonly mostWaiting: number }
  /** Done before each answer. */
  readonly before?:
    | { readonly redisUrl: string; readonly key: string }
    | {
        readonly databaseUrl: string
        readonly statements: readonly string[]
        readonly digest: string
      }
    | {
        readonly databaseUrl: string
        /** On the rows 1 to `rows` of `bench_rows`, on one connection: what PostgreSQL called the commands of somebody else's request. */
        readonly commands: readonly string[]
        readonly rows: number
      }
}

const order = JSON.parse(process.env.BARE_ORDER ?? '') as BareOrder

async function prepare(): Promise<() => Promise<unknown>> {
  const { before } = order
  if (before === undefined) return async () => undefined
  if ('redisUrl' in before) {
    const redis = new Redis(before.redisUrl)
    return () => redis.get(before.key)
  }
  // With the same deadlines as Postern's: they cost PostgreSQL something for each statement.
  const { pool } = openDatabase({
    url: before.databaseUrl,
    poolSize: 10,
    timeoutMs: 2000,
    onIdleError: () => undefined,
  })
  if ('commands' in before) {
    let turn = 0
    return async () => {
      const client = await pool.connect()
      const row = (turn++ % before.rows) + 1
      for (const command of before.commands) await client.query(statementLike(command, row))
      client.release()
    }
  }
  const digest = Buffer.from(before.digest, 'hex')
  return async () => {
    for (const [index, text] of before.statements.entries()) {
      const values = text.includes('$1') ? [digest] : []
      await pool.query({ name: `bare_${index}`, text, values })
    }
  }
}

function statementLike(command: string, row: number): string | { name: string; text: string; values: number[] } {
  const text = onOneRow[command]
  return text === undefined ? command : { name: command, text, values: [row] }
}

const onOneRow: Readonly<Record<string, string>> = {
  SELECT: 'select n from bench_rows where id = $1',
  UPDATE: 'update bench_rows set n = n + 1 where id = $1',
  INSERT: 'insert into bench_rows (n) values ($1)',
  DELETE: 'delete from bench_rows where id = -$1::int',
}

async function cappedHashing({ storedHash, mostWaiting }: NonNullable<BareOrder['hashing']>): Promise<Handler> {
  const argon2 = await loadArgon2()
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (_request, reply) => {
    if (waiting >= mostWaiting) return reply.code(429).send()
    waiting++
    last = last.then(() => argon2.verify(storedHash, 'correct horse battery'))
    await last
    waiting--
    return reply.code(202).send()
  }
}

type Handler = (request: unknown, reply: import('fastify').FastifyReply) => Promise<unknown>

const work = await prepare()
const app = Fastify()
const answer: Handler = async (_request, reply) => {
  if (order.before) await work()
  reply.code(order.status).headers(order.headers)
  return order.status === 204 ? reply.send() : reply.send(order.body)
}
app.get('/', answer)
app.post('/', order.hashing ? await cappedHashing(order.hashing) : answer)
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
