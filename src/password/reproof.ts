import { provePassword } from '../sign-in/prove-password.ts'
import type { Reproof } from '../sign-in/reproof.ts'

const codes = ['user:password_not_set', 'password:incorrect', 'system:hashing_error', 'rate_limit:exceeded'] as const

export const passwordReproof: Reproof<(typeof codes)[number]> = {
  codes,
  prove: async (ctx, signedIn, password, client) => {
    if (!signedIn.user.hasPassword) throw ctx.fault('user:password_not_set')
    return provePassword(ctx, signedIn, { password, wrong: 'password:incorrect', act: 'reauthenticate', client })
  },
}
