import type { Reproof } from '../sign-in/reproof.ts'
import { proveCodeAgain } from './prove-code.ts'

const codes = ['totp:not_enabled', 'totp:invalid_code', 'totp:backup_code_exhausted', 'rate_limit:exceeded'] as const

export const codeReproof: Reproof<(typeof codes)[number]> = {
  codes,
  prove: async (ctx, signedIn, code, client) => {
    if (!signedIn.user.totpEnabled) throw ctx.fault('totp:not_enabled')
    const proof = { code, purpose: 'login', act: 'reauthenticate', off: 'totp:not_enabled', client } as const
    return proveCodeAgain(ctx, signedIn, proof)
  },
}
