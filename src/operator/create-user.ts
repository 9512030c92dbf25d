import { randomUUIDv7 } from 'node:crypto'
import { email as emailRule, handle as handleRule, displayName as nameRule } from '../accounts/fields.ts'
import { audit } from '../accounts/history.ts'
import { takeHandle } from '../accounts/take-handle.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { violatesUnique } from '../db/failure.ts'
import { users } from '../db/schema/users.ts'
import { mailPasswordLink } from '../password/forgot.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import type { OperatorDeps } from '../sign-in/room.ts'
import { emailKey } from '../text/email.ts'

type Wish = { readonly email: string; readonly handle: string; readonly name?: string | undefined }

/**
 * Afterwards there is an account with that address, which counts as verified because the operator vouches for it, and a
 * link to set its first password is queued for that address.
 * @throws {OperatorError} if a field is not valid or already taken
 */
export async function createUser(deps: OperatorDeps, wish: Wish): Promise<string> {
  const email = checked('address', emailRule.safeParse(wish.email))
  const handle = checked('handle', handleRule.safeParse(wish.handle))
  const displayName = checked('name', nameRule.safeParse(wish.name ?? handle))
  const row = { id: randomUUIDv7(), email, emailKey: emailKey(email), handle, displayName, passwordHash: null }
  await changeAccounts(deps, async (tx) => {
    try {
      await tx.insert(users).values(row)
    } catch (error) {
      throw violatesUnique(error, 'users_email_key_unique')
        ? new OperatorError(`${email} has an account already.`)
        : error
    }
    if (!(await takeHandle(tx, handle, row.id))) throw new OperatorError(`The handle ${handle} is taken.`)
    await audit(tx, { type: 'sign_up', userId: row.id, client: undefined, metadata: { by: 'operator' } })
    await deps.searchIndex.noteChange(tx, row.id)
    await mailPasswordLink(tx, deps, row)
  })
  return `The account ${row.id} is there, and a link to set its password is on its way to ${email}.`
}

function checked(
  what: string,
  { success, data }: { readonly success: boolean; readonly data?: string | undefined },
): string {
  if (!success || data === undefined) throw new OperatorError(`That is no ${what} that an account may have.`)
  return data
}
