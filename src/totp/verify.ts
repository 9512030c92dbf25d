import type { Context } from '../context.ts'
import type { Client } from '../http/client.ts'
import type { DeliveryRefusal } from '../mail/confirm.ts'
import type { LoginOutcome } from '../sessions/reply.ts'
import { signIn } from '../sessions/sign-in.ts'
import { claimCode, methodOf } from './check-code.ts'
import { noteBackupCode } from './note-backup-code.ts'
import { countTry, getPendingLogin, takePendingLogin } from './pending-login.ts'
import { proveCode } from './prove-code.ts'

type Refusal =
  | 'totp:temp_token_invalid'
  | 'totp:temp_token_expired'
  | 'totp:invalid_code'
  | 'totp:backup_code_exhausted'
  | 'rate_limit:exceeded'
  | DeliveryRefusal

type Proof = {
  readonly tempToken: string
  readonly code: string
  readonly deviceToken: string | undefined
  readonly client: Client
}

/** Afterwards the login goes on where the code held it up: with a session, or with a link as this device is new. */
export async function verifyLogin(
  ctx: Context<Refusal>,
  { tempToken, code, deviceToken, client }: Proof,
): Promise<LoginOutcome> {
  const { id, user, rememberMe, methods, deviceId } = await getPendingLogin(ctx, { tempToken, deviceToken })
  const checked = await proveCode(
    ctx,
    { user, deviceId },
    { code, purpose: 'login', act: 'totp_verify', client, countTry: () => countTry(ctx, id) },
  )
  const shown = { methods: [...methods, methodOf(checked)] }
  return signIn(ctx, { user, deviceId, rememberMe, shown, client }, async (tx) => {
    await takePendingLogin(ctx, tx, id)
    if (!(await claimCode(tx, 'login', checked))) throw ctx.fault('totp:invalid_code')
    await noteBackupCode(tx, ctx, { user, checked, client })
  })
}
