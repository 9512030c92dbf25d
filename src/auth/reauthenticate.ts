import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { Client, HashingClient } from '../http/client.ts'
import { type AccountTransaction, changeAccounts } from '../sessions/change-accounts.ts'
import { type Method, secondStepsInSql } from '../sessions/methods.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/signed-in.ts'
import { claimCode, methodOf } from '../totp/check-code.ts'
import { totpCounts } from '../totp/counts.ts'
import { noteBackupCode } from '../totp/note-backup-code.ts'
import { proveCode } from '../totp/prove-code.ts'
import { audit } from '../users/audit.ts'
import { provePassword } from './prove-password.ts'

const act = 'reauthenticate'

type Refusal = 'rate_limit:exceeded' | 'user:invalid_session'

/** Afterwards the session is fresh for five minutes. */
export async function reauthenticateByPassword(
  ctx: Context<Refusal | 'user:password_not_set' | 'password:incorrect' | 'system:hashing_error'>,
  signedIn: SignedIn,
  { password, client }: { readonly password: string; readonly client: HashingClient },
): Promise<void> {
  if (!signedIn.user.hasPassword) throw ctx.fault('user:password_not_set')
  const provenVersion = await provePassword(ctx, signedIn, { password, wrong: 'password:incorrect', act, client })
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (user.passwordVersion !== provenVersion) throw ctx.fault('password:incorrect')
    await freshen(tx, signedIn, { method: 'password', client })
  })
}

/** The same by a code of the authenticator app, or a backup code. */
export async function reauthenticateByCode(
  ctx: Context<Refusal | 'totp:not_enabled' | 'totp:invalid_code' | 'totp:backup_code_exhausted'>,
  signedIn: SignedIn,
  { code, client }: { readonly code: string; readonly client: Client },
): Promise<void> {
  if (!signedIn.user.totpEnabled) throw ctx.fault('totp:not_enabled')
  const checked = await proveCode(ctx, signedIn, { code, purpose: 'login', act, client })
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (!user.totpEnabled) throw ctx.fault('totp:not_enabled')
    if (!(await claimCode(tx, 'login', checked))) throw ctx.fault('totp:invalid_code')
    await noteBackupCode(tx, ctx, { user, checked, client })
    await freshen(tx, signedIn, { method: methodOf(checked), client })
  })
}

type Proven = { readonly method: Method; readonly client: Client }

async function freshen(
  tx: AccountTransaction,
  { sessionId, user }: SignedIn,
  { method, client }: Proven,
): Promise<void> {
  tx.forget(user.id)
  await tx
    .update(sessions)
    .set({ authenticatedAt: sql`now()`, methods: withShown(method) })
    .where(eq(sessions.id, sessionId))
  await audit(tx, { type: 'login_succeeded', userId: user.id, client, metadata: { act } })
}

/** Each once; a code of an app that does not count yet shows nothing [AT10]. */
const withShown = (method: Method) => sql`case
  when ${method} = any(${sessions.methods}) then ${sessions.methods}
  when ${method} = any(${secondStepsInSql}) and not ${totpCounts(sessions.userId)} then ${sessions.methods}
  else array_append(${sessions.methods}, ${method}) end`
