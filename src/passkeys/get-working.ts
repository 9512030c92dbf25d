import type { Context } from '../context.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { isWorking } from './way-in.ts'

/** The account's passkeys that can be used here. */
export const findWorking = ({ db, config }: Context<never>, userId: string) =>
  db.select().from(passkeys).where(isWorking(config, userId))

/** The same, but refuses an account that has none. */
export async function getWorking(ctx: Context<'passkey:not_registered'>, userId: string) {
  const working = await findWorking(ctx, userId)
  if (working.length === 0) throw ctx.fault('passkey:not_registered')
  return working
}
