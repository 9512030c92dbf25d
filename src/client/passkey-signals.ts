import type { Answer, DataOf } from './calls.ts'
import type { Client } from './client.ts'

type Signals = Pick<
  typeof PublicKeyCredential,
  'signalUnknownCredential' | 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails'
>

/** Sends a signal. Authenticators may ignore it and older browsers lack it, so its failure is no error. */
async function hint(give: (signals: Partial<Signals>) => Promise<void> | undefined): Promise<void> {
  const signals: Partial<Signals> | undefined = globalThis.PublicKeyCredential
  if (signals) await give(signals)?.catch(() => undefined)
}

/** Authenticators delete this passkey for good, so the server must have said that it does not know it. */
export const signalUnknown = (rpId: string, credentialId: string): Promise<void> =>
  hint((signals) => signals.signalUnknownCredential?.({ rpId, credentialId }))

/** Authenticators stop offering the account's passkeys that are not in the list. */
export const signalAccepted = ({ rp_id: rpId, user_handle: userId, passkeys }: DataOf<'listPasskeys'>) =>
  hint((signals) =>
    userId === undefined
      ? undefined
      : signals.signalAllAcceptedCredentials?.({
          rpId,
          userId,
          allAcceptedCredentialIds: passkeys.map(({ credential_id }) => credential_id),
        }),
  )

/** Authenticators show the account under its current address and name. */
export const signalDetails = (
  { rp_id: rpId, user_handle: userId }: DataOf<'listPasskeys'>,
  { email: name, display_name: displayName }: DataOf<'getMe'>,
) =>
  hint((signals) =>
    userId === undefined ? undefined : signals.signalCurrentUserDetails?.({ rpId, userId, name, displayName }),
  )

/**
 * Takes back a passkey that the authenticator has made and the server refused, as it would be offered and open nothing.
 * The server's list decides, because a request that the network sent twice is refused although its passkey was saved.
 */
export async function forgetRefused(
  auth: Client,
  { error }: Answer<unknown, string>,
  made: { readonly rpId: string; readonly credentialId: string },
): Promise<void> {
  if (error?.from !== 'server') return
  const { data } = await auth.listPasskeys()
  if (data?.passkeys.every(({ credential_id }) => credential_id !== made.credentialId)) {
    await signalUnknown(made.rpId, made.credentialId)
  }
}
