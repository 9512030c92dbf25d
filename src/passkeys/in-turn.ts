import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { type FairTurns, fairTurns, NoTurnError } from '../waiting/fair-turns.ts'

/** Connections that sign-ins by passkey leave to all others, however many there are [FT13]. */
const leftToOthers = 2
/** Places that one network leaves to all others. */
const leftToOtherNetworks = 2
const mostWaiting = 256
const deadlineMs = 5000

/**
 * Opens the turns in which passkeys sign in. Nothing else holds these sign-ins up, as a password's hash does, so a
 * storm of them would take every connection to PostgreSQL.
 */
export function openPasskeyTurns(poolSize: number): FairTurns {
  const places = Math.max(1, poolSize - leftToOthers)
  return fairTurns({ places, placesOfOne: Math.max(1, places - leftToOtherNetworks), mostWaiting, deadlineMs })
}

/** Runs a sign-in when the turn of its network has come; refuses it if that takes too long. */
export async function inTurn<Result>(
  ctx: Context<'rate_limit:exceeded'>,
  { address }: Caller,
  signIn: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ctx.passkeyTurns(widestNetworkOf(address), signIn)
  } catch (error) {
    if (!(error instanceof NoTurnError)) throw error
    const retryAfterSeconds = Math.ceil(deadlineMs / 1000)
    throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds, details: 'Too many sign in by passkey at once.' })
  }
}
