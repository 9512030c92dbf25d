import type { Context } from '../context.ts'
import { KeyringError } from '../crypto/keyring.ts'
import type { SigningKey } from '../crypto/signing-key.ts'

/** Asked for before anything is used up: without it nothing is. */
export function getSigningKey(ctx: Context<'system:token_creation_error'>): SigningKey {
  try {
    return ctx.signingKeys.getCurrent()
  } catch (cause) {
    if (!(cause instanceof KeyringError)) throw cause
    throw ctx.fault('system:token_creation_error', { cause, details: 'KEYS_DIR has no signing key that can be used.' })
  }
}
