import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { users } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { describeCause } from '../errors/cause.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import type { Breached, BreachedPasswords } from '../ports/breached-passwords.ts'

type User = { readonly id: string; readonly passwordVersion: number; readonly breachCheckedVersion: number | null }

type Proven = { readonly user: User; readonly password: string; readonly client: Caller }

/**
 * Looks up the right password of a sign-in, once for each password, and tells the owner if it leaked. No request waits
 * for that and no answer shows it, so that a guesser does not learn that others know the password too [PW7].
 */
export function tellOfBreach(deps: Deps, proven: Proven): void {
  const { breachedPasswords, config, log } = deps
  const { id, passwordVersion, breachCheckedVersion } = proven.user
  if (breachedPasswords === undefined || config.breachedPasswordsAtLogin === 'off') return
  if (breachCheckedVersion === passwordVersion) return
  const asker = { lane: 'sign-in', party: id } as const
  lookUp(deps, breachedPasswords.has(proven.password, asker), proven).catch((error: unknown) => {
    log.warn({ cause: describeCause(error) }, 'a password that was looked up will be looked up again')
  })
}

async function lookUp(deps: Deps, answer: ReturnType<BreachedPasswords['has']>, { user, client }: Proven) {
  const breached: Breached = await answer
  if (breached === 'unknown') return
  await transaction(deps.pool, async (tx) => {
    const { id, passwordVersion } = user
    // Of several sign-ins only the first goes on, and none if the password has changed meanwhile.
    const [owner] = await tx
      .update(users)
      .set({ breachCheckedVersion: passwordVersion })
      .where(
        and(
          eq(users.id, id),
          eq(users.passwordVersion, passwordVersion),
          sql`${users.breachCheckedVersion} is distinct from ${users.passwordVersion}`,
        ),
      )
      .returning({ id: users.id, email: users.email })
    if (owner === undefined || breached === 'no') return
    await audit(tx, { type: 'password_breached', userId: id, client })
    await notifyOwner(tx, deps, owner, { template: 'password_breached' }, client)
  })
}
