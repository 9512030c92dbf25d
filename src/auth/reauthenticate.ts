import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { Client, HashingClient } from '../http/client.ts'
import { type AccountTransaction, changeAccounts } from '../sessions/change-accounts.ts'
import type { Method } from '../sessions/methods.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { claimCode, methodOf } from '../totp/check-code.ts'
import { noteBackupCode } from '../totp/note-backup-code.ts'
import { proveCode } from '../totp/prove-code.ts'
import { audit } from '../users/audit.ts'
import { provePassword } from './prove-password.ts'

const act = 'reauthenticate'

/** Afterwards the session is fresh for five minutes. */
export async function reauthenticateByPassword(
  ctx: Context<'user:password_not_set' | 'password:incorrect' | 'rate_limit:exceeded' | 'system:hashing_error'>,
  signedIn: SignedIn,
  { password, client }: { readonly password: string; readonly client: HashingClient },
): Promise<void> {
  if (!signedIn.user.hasPassword) throw ctx.fault('user:password_not_set')
  await provePassword(ctx, signedIn, { password, wrong: 'password:incorrect', act, client })
  await changeAccounts(ctx, (tx) => freshen(tx, signedIn, { method: 'password', client }))
}

/** The same by a code of the authenticator app, or a backup code. */
export async function reauthenticateByCode(
  ctx: Context<'totp:not_enabled' | 'totp:invalid_code' | 'totp:backup_code_exhausted' | 'rate_limit:exceeded'>,
  signedIn: SignedIn,
  { code, client }: { readonly code: string; readonly client: Client },
): Promise<void> {
  const { user } = signedIn
  if (!user.totpEnabled) throw ctx.fault('totp:not_enabled')
  const checked = await proveCode(ctx, signedIn, { code, purpose: 'login', act, client })
  await changeAccounts(ctx, async (tx) => {
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

const hadTotp = sql`(select ${users.totpEnabledAt} < ${sessions.createdAt} from ${users} where ${users.id} = ${sessions.userId})`

/** Codes of an app that was set up in the session itself show nothing: whoever took the session could have done that [AT10]. */
const withShown = (method: Method) => sql`case
  when ${method} = any(${sessions.methods}) or ${method !== 'password'} and ${hadTotp} is not true then ${sessions.methods}
  else array_append(${sessions.methods}, ${method}) end`
