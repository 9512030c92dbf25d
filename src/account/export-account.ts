import type { Readable } from 'node:stream'
import { asc, eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { fileUrl } from '../accounts/image-url.ts'
import { presentMe } from '../accounts/me.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { listDevices } from '../credentials/devices.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { patiently } from '../db/read-patiently.ts'
import { files } from '../db/schema/files.ts'
import { userRoles } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { textStream } from '../http/text-stream.ts'
import { listRefusals } from '../refusals/find.ts'
import { findSessions } from '../sessions/list.ts'
import { rooms } from '../sign-in/hallway.ts'
import type { Exported } from '../sign-in/room.ts'
import { underWay } from '../throttling/under-way.ts'
import { findEvents, presentEvent } from './security-events.ts'

export const exportAccountRefusals = ['rate_limit:exceeded'] as const

type ExportAccountRefusal = (typeof exportAccountRefusals)[number]

/** A page is work of one piece, and session checks wait for it: pages of 200 made every hundredth wait 13 ms. */
const eventsAPage = 50
const begin = underWay({ most: 32, ofOneNetwork: 1 })

/**
 * Streams all data of the account as JSON. It is read while it is sent, a page of events at a time, so that no
 * connection to PostgreSQL waits for a slow client. The export itself is one of the events.
 */
export const exportAccount = (
  ctx: Context<ExportAccountRefusal>,
  signedIn: SignedIn,
  client: Caller,
): Promise<Readable> =>
  streamExport(ctx, signedIn, {
    client,
    note: () =>
      transaction(ctx.pool, async (tx) => {
        await audit(tx, { type: 'data_exported', userId: signedIn.user.id, client })
      }),
  })

type Export = {
  readonly client: Caller
  /** Writes that the account was exported, once it could be read and before anything of it is sent. */
  readonly note: () => Promise<void>
}

/** The same for any account, in the place of its owner. */
export async function streamExport(
  ctx: Context<ExportAccountRefusal>,
  signedIn: SignedIn,
  { client, note }: Export,
): Promise<Readable> {
  const { user } = signedIn
  const place = begin(ctx.config, { userId: user.id, address: client.address })
  if (place === undefined) {
    throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: 5, details: 'Another export is under way.' })
  }
  try {
    const { head, tail } = await readParts(ctx, signedIn)
    await note()
    const pages = readEvents(ctx, user.id)
    // An error up to here is answered with its code; a later one can only end the connection.
    const first = await pages.next()
    return textStream(writeJson(head, first, pages, tail)).once('close', () => place[Symbol.dispose]())
  } catch (error) {
    place[Symbol.dispose]()
    throw error
  }
}

const readParts = (ctx: Context<ExportAccountRefusal>, signedIn: SignedIn) => {
  const { user } = signedIn
  return readHeavily(ctx, { kind: 'export', owner: user.id }, async (tx) => ({
    head: {
      exported_at: new Date().toISOString(),
      user: presentMe(ctx.config, signedIn),
      sessions: await findSessions(tx, signedIn),
      devices: await listDevices(tx, signedIn),
      ...(await readRooms(tx, ctx.config, signedIn)),
      roles: await listRoles(tx, user.id),
      bans: user.isBanned ? [{ reason: user.banReason, expires_at: user.bannedUntil?.toISOString() ?? null }] : [],
    },
    tail: { files: await listFiles(tx, ctx.config, user.id), refusals: await listRefusals(tx, user.id) },
  }))
}

const exported = rooms.flatMap((room) => ('exported' in room ? Object.entries<Exported>(room.exported) : []))

async function readRooms(tx: Database, config: Config, signedIn: SignedIn): Promise<Readonly<Record<string, unknown>>> {
  const parts: Record<string, unknown> = {}
  for (const [name, read] of exported) parts[name] = await read(tx, config, signedIn)
  return parts
}

/** Pages as JSON. A page becomes JSON while its place is held, as that is as much work as reading it. */
async function* readEvents(ctx: Context<ExportAccountRefusal>, userId: string): AsyncGenerator<string, undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = () =>
      readHeavily(ctx, { kind: 'export', owner: userId }, async (tx) => {
        const rows = await findEvents(tx, userId, { limit: eventsAPage, cursor })
        const text = JSON.stringify(rows.map(presentEvent)).slice(1, -1)
        return { text, last: rows.at(-1)?.id, isFull: rows.length === eventsAPage }
      })
    const { text, last, isFull } = await patiently(page)
    if (text !== '') yield text
    if (!isFull) return
    cursor = last
  }
}

/** Writes one object of all three, as JSON.stringify would. */
async function* writeJson(
  head: object,
  first: IteratorResult<string>,
  rest: AsyncIterable<string>,
  tail: object,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"security_events":[`
  if (!first.done) yield first.value
  for await (const page of rest) yield `,${page}`
  yield `],${JSON.stringify(tail).slice(1)}`
}

async function listFiles(db: Database, config: Config, userId: string) {
  const rows = await db.select().from(files).where(eq(files.userId, userId)).orderBy(asc(files.kind))
  return rows.map(({ kind, name }) => ({ kind, url: fileUrl(config, name) }))
}

async function listRoles(db: Database, userId: string) {
  const rows = await db.select().from(userRoles).where(eq(userRoles.userId, userId)).orderBy(asc(userRoles.role))
  return rows.map(({ role, createdAt, expiresAt }) => ({
    role,
    granted_at: createdAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  }))
}
