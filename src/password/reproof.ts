import { optionalKnownPassword } from '../accounts/fields.ts'
import { provePassword } from '../sign-in/prove-password.ts'
import type { AddressReproof, Reproof } from '../sign-in/reproof.ts'

const tried = ['system:hashing_error', 'rate_limit:exceeded'] as const
const codes = ['user:password_not_set', 'password:incorrect', ...tried] as const
const deletionCodes = ['user:invalid_password', ...tried] as const

type Code = (typeof codes)[number]

export const passwordReproof: Reproof<Code, (typeof deletionCodes)[number]> & AddressReproof<Code> = {
  name: 'password',
  field: optionalKnownPassword,
  isHeld: ({ hasPassword }) => hasPassword,
  codes,
  prove: async (ctx, signedIn, password, client) => {
    if (!signedIn.user.hasPassword) throw ctx.fault('user:password_not_set')
    return provePassword(ctx, signedIn, { password, wrong: 'password:incorrect', act: 'reauthenticate', client })
  },
  emailChange: {
    codes,
    prove: async (ctx, signedIn, password, client) => {
      if (!signedIn.user.hasPassword) throw ctx.fault('user:password_not_set')
      return provePassword(ctx, signedIn, { password, wrong: 'password:incorrect', act: 'change_email', client })
    },
  },
  deletion: {
    name: 'password',
    codes: deletionCodes,
    prove: (ctx, signedIn, password, client) =>
      provePassword(ctx, signedIn, { password, wrong: 'user:invalid_password', act: 'delete_account', client }),
  },
}
