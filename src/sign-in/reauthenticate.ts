import { eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { HashingCaller } from '../http/caller.ts'
import { countsByNow } from './factors.ts'
import { lockOwnAccount } from './lock-account.ts'
import type { Proven } from './proven.ts'
import { type AnyReproof, type Given, reproofs } from './reproofs.ts'

export const reauthenticateRefusals = ['user:invalid_session', ...reproofs.flatMap(({ codes }) => [...codes])] as const

type ReauthenticateRefusal = (typeof reauthenticateRefusals)[number]

type Again = {
  readonly by: AnyReproof
  readonly given: Given
  /** The console session of the same browser, if it has one. */
  readonly alsoFresh: SignedIn | undefined
  readonly client: HashingCaller
}

/** Afterwards the session is fresh for five minutes, and so is the console session that the account has beside it. */
export async function reauthenticate(
  ctx: Context<ReauthenticateRefusal>,
  signedIn: SignedIn,
  { by, given, alsoFresh, client }: Again,
): Promise<void> {
  const proven = await by.prove(ctx, signedIn, given, client)
  await changeAccounts(ctx, async (tx) => {
    await proven.claim(tx, await lockOwnAccount(ctx, tx, signedIn))
    await freshen(tx, signedIn, proven)
    if (alsoFresh?.user.id === signedIn.user.id) await freshen(tx, alsoFresh, proven)
    await audit(tx, { type: 'login_succeeded', userId: signedIn.user.id, client, metadata: { act: 'reauthenticate' } })
  })
}

async function freshen(tx: AccountTransaction, { sessionId, user }: SignedIn, proven: Proven): Promise<void> {
  tx.forget(user.id)
  await tx
    .update(sessions)
    .set({ authenticatedAt: sql`now()`, methods: withShown(proven) })
    .where(eq(sessions.id, sessionId))
}

/** Adds the method if it is not there and counts now: codes of a new app or a new passkey do not yet [AT10]. */
const withShown = ({ method, passkeyId }: Proven) => sql`case
  when ${method} = any(${sessions.methods}) or not ${countsByNow(sql`${method}::text`, whoseOf(passkeyId))}
  then ${sessions.methods} else array_append(${sessions.methods}, ${method}) end`

const whoseOf = (passkeyId: string | undefined) => ({
  userId: sessions.userId,
  ...(passkeyId !== undefined && { passkeyId: sql`${passkeyId}::uuid` }),
})
