import type { Context } from '../context.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { isWorking } from './way-in.ts'

/** Those of the account that may answer here. */
export const findWorking = ({ db, config }: Context<never>, userId: string) =>
  db.select().from(passkeys).where(isWorking(config, userId))

/** The same, one at least. */
export async function getWorking(ctx: Context<'passkey:not_registered'>, userId: string) {
  const working = await findWorking(ctx, userId)
  if (working.length === 0) throw ctx.fault('passkey:not_registered')
  return working
}
