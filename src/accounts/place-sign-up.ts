import { randomUUIDv7 } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { prepared } from '../db/prepared.ts'
import { handles, signUps, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { liveUndosOf } from '../mailed-tokens/kept-address.ts'
import { emailKey } from '../text/email.ts'
import { handleKey } from './fields.ts'

type NewSignUp = Pick<SignUp, 'email' | 'handle' | 'displayName' | 'passwordHash' | 'connection' | 'locale'>

/**
 * Afterwards the sign-up waits for its link, whose mail is still to be queued. A registered address takes the same
 * steps [TH6].
 */
export async function placeSignUp(
  ctx: Context<'user:handle_already_exists'>,
  tx: Transaction,
  wish: NewSignUp,
): Promise<SignUp> {
  const waiting = await putSignUp(tx, wish, ctx.config.signupTtlSeconds)
  if (!(await reserveHandle(tx, waiting))) throw ctx.fault('user:handle_already_exists')
  return waiting
}

type SignUp = typeof signUps.$inferSelect

/**
 * Keeps one row per address: a newer sign-up replaces the older one entirely, so that an earlier password is gone too
 * [TK3].
 */
async function putSignUp(tx: Transaction, { connection, ...wish }: NewSignUp, ttlSeconds: number) {
  const [row] = await putStatement(tx).execute({
    ...wish,
    connection: connection && JSON.stringify(connection),
    id: randomUUIDv7(),
    key: emailKey(wish.email),
    ttlSeconds,
  })
  return row as SignUp
}

const putStatement = prepared((tx) => {
  const owner = tx
    .select({ email: users.email })
    .from(users)
    .where(eq(users.emailKey, sql.placeholder('key')))
  const undo = liveUndosOf(tx, sql.placeholder('key'))
  const content = {
    handle: sql<string>`${sql.placeholder('handle')}`,
    displayName: sql<string>`${sql.placeholder('displayName')}`,
    passwordHash: sql<string>`${sql.placeholder('passwordHash')}`,
    connection: sql`${sql.placeholder('connection')}::jsonb`,
    locale: sql<string>`${sql.placeholder('locale')}`,
    // Mails go to the address as its owner wrote it, as another spelling may be another mailbox.
    email: sql<string>`coalesce((${owner}), ${sql.placeholder('email')})`,
    registered: sql<boolean>`exists (${owner}) or exists (${undo})`,
    createdAt: sql`now()`,
    expiresAt: sql`now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})`,
  }
  return tx
    .insert(signUps)
    .values({ id: sql.placeholder('id'), emailKey: sql.placeholder('key'), ...content })
    .onConflictDoUpdate({ target: signUps.emailKey, set: content })
    .returning()
    .prepare('put_sign_up')
})

/**
 * Whether the sign-up has the handle now. An expired reservation may be taken over; the unique key decides every race.
 */
async function reserveHandle(tx: Transaction, { id: signUpId, handle, expiresAt }: SignUp): Promise<boolean> {
  await forgetStatement(tx).execute({ signUpId })
  const reserved = await reserveStatement(tx).execute({ key: handleKey(handle), signUpId, expiresAt })
  return reserved.length > 0
}

const forgetStatement = prepared((tx) =>
  tx
    .delete(handles)
    .where(eq(handles.signUpId, sql.placeholder('signUpId')))
    .prepare('forget_handle'),
)

const reserveStatement = prepared((tx) =>
  tx
    .insert(handles)
    .values({
      key: sql.placeholder('key'),
      signUpId: sql.placeholder('signUpId'),
      expiresAt: sql.placeholder('expiresAt'),
    })
    .onConflictDoUpdate({
      target: handles.key,
      set: { signUpId: sql`excluded.sign_up_id`, expiresAt: sql`excluded.expires_at` },
      setWhere: sql`${handles.expiresAt} <= now()`,
    })
    .returning({ key: handles.key })
    .prepare('reserve_handle'),
)
