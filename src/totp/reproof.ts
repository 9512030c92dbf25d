import { z } from 'zod'
import type { Reproof } from '../sign-in/reproof.ts'
import { proveCodeAgain } from './prove-code.ts'

const tried = ['totp:invalid_code', 'totp:backup_code_exhausted', 'rate_limit:exceeded'] as const
const codes = ['totp:not_enabled', ...tried] as const

export const codeReproof: Reproof<(typeof codes)[number], (typeof tried)[number]> = {
  name: 'code',
  field: z.string().optional(),
  isHeld: ({ totpEnabled }) => totpEnabled,
  codes,
  prove: async (ctx, signedIn, code, client) => {
    if (!signedIn.user.totpEnabled) throw ctx.fault('totp:not_enabled')
    const proof = { code, purpose: 'login', act: 'reauthenticate', off: 'totp:not_enabled', client } as const
    return proveCodeAgain(ctx, signedIn, proof)
  },
  deletion: {
    name: 'totp_code',
    codes: tried,
    prove: (ctx, signedIn, code, client) => {
      const proof = { code, purpose: 'disable', act: 'delete_account', off: 'totp:invalid_code', client } as const
      return proveCodeAgain(ctx, signedIn, proof)
    },
  },
}
