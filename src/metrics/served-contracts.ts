import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger, FastifyInstance, RouteOptions } from 'fastify'
import type { Database } from '../db/database.ts'
import { describeCause } from '../errors/cause.ts'
import { contractDigest, type PublishedCodes, publishedCodes } from '../http/published-codes.ts'
import { version } from '../process/version.ts'
import type { Metrics, ServedContract } from './metrics.ts'

type Deps = { readonly db: Database; readonly log: FastifyBaseLogger; readonly metrics: Metrics | undefined }

/** The latest; an older caller counts as one whose contract nobody knows. */
const mostKept = 32

/**
 * Keeps the contract of this server for later versions, and tells the metrics what the contracts that earlier versions
 * have served lack. The server starts without it where that fails, as it only counts.
 */
export function rememberContracts(app: FastifyInstance, routes: readonly RouteOptions[], deps: Deps): void {
  const { db, log, metrics } = deps
  app.addHook('onReady', async () => {
    try {
      const own = publishedCodes(routes)
      metrics?.knowContracts(await exchange(db, own))
    } catch (error) {
      log.warn({ cause: describeCause(error) }, 'the contracts of earlier versions could not be read')
    }
  })
}

async function exchange(db: Database, own: PublishedCodes): Promise<ServedContract[]> {
  const digest = contractDigest(own)
  await db.execute(sql`
    insert into contracts (digest, version, codes, served_at)
    values (${digest}, ${version}, ${JSON.stringify(own)}, now())
    on conflict (digest) do update set served_at = now(), version = excluded.version`)
  await db.execute(sql`
    delete from contracts where digest in
      (select digest from contracts order by served_at desc, digest offset ${mostKept})`)
  const { rows } = await db.execute<{
    digest: string
    version: string
    codes: Readonly<Record<string, readonly string[]>>
  }>(sql`select digest, version, codes from contracts`)
  return rows.map(({ codes, ...row }) => ({ ...row, lacks: lackingIn(codes, own) }))
}

/** Paths are written as Fastify's here, as those of answers are. */
function lackingIn(earlier: Readonly<Record<string, readonly string[]>>, own: PublishedCodes): ReadonlySet<string> {
  const missing = Object.entries(own).flatMap(([operation, codes]) => {
    const known = new Set<string>(earlier[operation])
    return codes.filter((code) => !known.has(code)).map((code) => `${routePattern(operation)} ${code}`)
  })
  return new Set(missing)
}

const routePattern = (operation: string): string => operation.replace(/\{(\w+)\}/g, ':$1')
