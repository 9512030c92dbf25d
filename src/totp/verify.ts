import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { signIn } from '../sign-in/finish.ts'
import type { OpenedSession } from '../sign-in/open-session.ts'
import { countTry, getPendingLogin, takePendingLogin } from '../sign-in/pending.ts'
import { claimCode, methodOf } from './check-code.ts'
import { noteBackupCode } from './note-backup-code.ts'
import { proveCode } from './prove-code.ts'

export const verifyLoginRefusals = [
  'totp:temp_token_invalid',
  'totp:temp_token_expired',
  'totp:invalid_code',
  'totp:backup_code_exhausted',
  'rate_limit:exceeded',
] as const

type VerifyLoginRefusal = (typeof verifyLoginRefusals)[number]

type Proof = {
  readonly tempToken: string
  readonly code: string
  readonly deviceToken: string | undefined
  readonly client: Caller
}

/** Afterwards the login that waited for the code has its session, on a known device. */
export async function verifyLogin(
  ctx: Context<VerifyLoginRefusal>,
  { tempToken, code, deviceToken, client }: Proof,
): Promise<OpenedSession> {
  const { id, user, rememberMe, methods, deviceId } = await getPendingLogin(ctx, { tempToken, deviceToken })
  const checked = await proveCode(
    ctx,
    { user, deviceId },
    { code, purpose: 'login', act: 'totp_verify', client, countTry: () => countTry(ctx, id) },
  )
  const shown = { methods: [...methods, methodOf(checked)] }
  const { session } = await signIn(ctx, { user, deviceId, rememberMe, shown, client }, async (tx) => {
    await takePendingLogin(ctx, tx, id)
    if (!(await claimCode(tx, 'login', checked))) throw ctx.fault('totp:invalid_code')
    await noteBackupCode(tx, ctx, { user, checked, client })
  })
  return session
}
