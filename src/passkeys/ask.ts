import { rpIdOf } from '../config/relying-party.ts'
import type { Deps } from '../deps.ts'
import { issueChallenge, type Purpose } from './challenge.ts'
import { type Credential, describeCredential } from './options.ts'

type Asking = {
  readonly purpose: Purpose
  readonly binding: Buffer | string
  /**
   * The passkeys that may answer. Without it any passkey of the relying party may, and the options tell nothing about
   * accounts [PK5].
   */
  readonly allowed?: readonly Credential[]
}

/** Returns the options for `navigator.credentials.get()`. */
export function askForPasskey(
  deps: Pick<Deps, 'config' | 'keyring' | 'replicas'>,
  { purpose, binding, allowed = [] }: Asking,
) {
  const { challenge, expiresAt } = issueChallenge(deps, purpose, binding)
  return {
    public_key: {
      challenge,
      rpId: rpIdOf(deps.config),
      timeout: deps.config.passkeyChallengeTtlSeconds * 1000,
      userVerification: 'required' as const,
      allowCredentials: allowed.map(describeCredential),
    },
    expires_at: expiresAt.toISOString(),
  }
}
