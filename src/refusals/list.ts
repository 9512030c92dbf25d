import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { type Place, pageOf, writeCursor } from '../db/keyset.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { findRefusals, type RefusalFilter } from './find.ts'

export const listRefusedRefusals = ['rate_limit:exceeded'] as const

type ListRefusedRefusal = (typeof listRefusedRefusals)[number]

type Page = { readonly limit: number; readonly after?: Place | undefined }

/** One page, newest first; `next_cursor` is set if there are more. Empty while REFUSAL_LEDGER is off. */
export async function listRefused(
  ctx: Context<ListRefusedRefusal>,
  { user }: SignedIn,
  filter: RefusalFilter,
  { limit, after }: Page,
) {
  const found = await readHeavily(ctx, { kind: 'history', owner: user.id }, (tx) =>
    findRefusals(tx, ctx.keyring, filter, { limit: limit + 1, after }),
  )
  return pageOf(found, { limit, present: ({ refusal }) => refusal, cursorOf: ({ place }) => writeCursor(place) })
}
