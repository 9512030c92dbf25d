import type { Readable } from 'node:stream'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { type Place, pageOf, writeCursor } from '../db/keyset.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { patiently } from '../db/read-patiently.ts'
import type { Caller } from '../http/caller.ts'
import { textStream } from '../http/text-stream.ts'
import { underWay } from '../throttling/under-way.ts'
import { type AuditFilter, findEntries } from './find.ts'

export const readAuditRefusals = ['rate_limit:exceeded'] as const

type ReadAuditRefusal = (typeof readAuditRefusals)[number]

type Page = { readonly limit: number; readonly after?: Place | undefined }

/** One page, newest first; `next_cursor` is set if there are more. */
export async function listAudit(
  ctx: Context<ReadAuditRefusal>,
  { user }: SignedIn,
  filter: AuditFilter,
  { limit, after }: Page,
) {
  const found = await readHeavily(ctx, { kind: 'history', owner: user.id }, (tx) =>
    findEntries(tx, filter, { limit: limit + 1, after }),
  )
  return pageOf(found, { limit, present: ({ entry }) => entry, cursorOf: ({ place }) => writeCursor(place) })
}

const mostStreamed = 1_000_000
const rowsARead = 500
/** So that an administrator who is none any more does not read on for hours. */
const longestMs = 900_000
const begin = underWay({ most: 4, ofOneNetwork: 2 })

type Asker = { readonly by: SignedIn; readonly client: Caller }

/**
 * All entries as lines of JSON, at most a million; if there are more, a last line has `next_cursor`. They are read
 * while they are sent, so that a slow client holds a few hundred of them and no connection to PostgreSQL.
 */
export async function streamAudit(
  ctx: Context<ReadAuditRefusal>,
  { by, client }: Asker,
  filter: AuditFilter,
  after: Place | undefined,
): Promise<Readable> {
  const place = begin(ctx.config, { userId: by.user.id, address: client.address })
  if (place === undefined)
    throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: 5, details: 'Another one is being read.' })
  try {
    const texts = readLines(ctx, by.user.id, filter, after)
    // An error up to here is answered with its code; a later one can only end the connection.
    const first = await texts.next()
    return textStream(following(first, texts)).once('close', () => place[Symbol.dispose]())
  } catch (error) {
    place[Symbol.dispose]()
    throw error
  }
}

async function* following(first: IteratorResult<string>, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (!first.done) yield first.value
  yield* rest
}

async function* readLines(
  ctx: Context<ReadAuditRefusal>,
  owner: string,
  filter: AuditFilter,
  start: Place | undefined,
): AsyncGenerator<string> {
  const endsAt = performance.now() + longestMs
  let after = start
  for (let read = 0; read < mostStreamed; read += rowsARead) {
    if (performance.now() > endsAt) throw new Error('the audit was read for too long')
    const page = () =>
      readHeavily(ctx, { kind: 'export', owner }, async (tx) => {
        const rows = await findEntries(tx, filter, { limit: rowsARead, after })
        return { text: rows.map(({ entry }) => `${JSON.stringify(entry)}\n`).join(''), rows }
      })
    const { text, rows } = await patiently(page)
    if (text !== '') yield text
    if (rows.length < rowsARead) return
    after = rows.at(-1)?.place
  }
  if (after !== undefined) yield `${JSON.stringify({ next_cursor: writeCursor(after) })}\n`
}
