import { isPersonalPassword } from '../accounts/fields.ts'
import type { Context } from '../context.ts'

type Person = { readonly email: string; readonly handle: string; readonly displayName: string }

/** A new password must not be the account's own address or names; only here are they at hand [PW3]. */
export function refusePersonal(ctx: Context<'general:validation_error'>, password: string, person: Person): void {
  if (!isPersonalPassword(password, person)) return
  throw ctx.fault('general:validation_error', { fields: [{ path: '/new_password', rule: 'personal' }] })
}
