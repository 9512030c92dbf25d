import type { Context } from '../context.ts'
import { KeyringError } from '../crypto/keyring.ts'
import type { SigningKey } from '../crypto/signing-key.ts'

/** Called before anything is used up, so that a missing key costs the caller nothing. */
export function getSigningKey(ctx: Context<'system:token_creation_error'>): SigningKey {
  try {
    return ctx.signingKeys.getCurrent()
  } catch (cause) {
    if (!(cause instanceof KeyringError)) throw cause
    throw ctx.fault('system:token_creation_error', { cause, details: 'KEYS_DIR has no signing key that can be used.' })
  }
}
