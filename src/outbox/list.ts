import { and, lt } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { pageOf } from '../db/keyset.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { mails } from '../db/schema/mails.ts'
import { isFailed, isWaiting, presentMail, selectMails } from '../mail/mail-state.ts'

export const listMailsRefusals = ['rate_limit:exceeded'] as const

type ListMailsRefusal = (typeof listMailsRefusals)[number]

const those = { waiting: isWaiting, failed: isFailed } as const

export type Wanted = keyof typeof those
export const wantedStates = Object.keys(those) as readonly Wanted[]

type Page = { readonly limit: number; readonly cursor?: string | undefined }

/** Mails that wait to be sent, or that were not and will not be, newest first. What they say is not read. */
export const findMails = async (db: Database, wanted: Wanted, { limit, cursor }: Page) =>
  (await selectMails(db, and(those[wanted], cursor === undefined ? undefined : lt(mails.id, cursor))).limit(limit)).map(
    presentMail,
  )

/** One page; `next_cursor` is set if there are more. */
export async function listMails(
  ctx: Context<ListMailsRefusal>,
  { user }: SignedIn,
  wanted: Wanted,
  { limit, cursor }: Page,
) {
  const found = await readHeavily(ctx, { kind: 'history', owner: user.id }, (db) =>
    findMails(db, wanted, { limit: limit + 1, cursor }),
  )
  return pageOf(found, { limit, present: (mail) => mail, cursorOf: ({ id }) => id })
}
