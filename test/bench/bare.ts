import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { openDatabase } from '../../src/db/client.ts'

/** What a route of Postern is held against: a bare Fastify that sends the same body and headers, and does one thing before it. */
export type BareOrder = {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Done before each answer. */
  readonly before?:
    | { readonly redisUrl: string; readonly key: string }
    | {
        readonly databaseUrl: string
        readonly statements: readonly string[]
        readonly digest: string
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
  const digest = Buffer.from(before.digest, 'hex')
  return async () => {
    for (const [index, text] of before.statements.entries()) {
      const values = text.includes('$1') ? [digest] : []
      await pool.query({ name: `bare_${index}`, text, values })
    }
  }
}

const work = await prepare()
const app = Fastify()
const answer = async (_request: unknown, reply: import('fastify').FastifyReply) => {
  if (order.before) await work()
  reply.code(order.status).headers(order.headers)
  return order.status === 204 ? reply.send() : reply.send(order.body)
}
app.get('/', answer)
app.post('/', answer)
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
