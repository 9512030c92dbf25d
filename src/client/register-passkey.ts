import { authenticatorOf, forCalls, type PasskeyAnswer, type PasskeyOptions, settle } from './ask-passkey.ts'
import { unsupported } from './browser-error.ts'
import type { CodeOf, DataOf } from './calls.ts'
import type { Client } from './client.ts'
import { passkeyCapabilities } from './passkey-capabilities.ts'
import { whileSaving } from './passkey-list.ts'
import { forgetRefused } from './passkey-signals.ts'
import { takeTurn } from './passkey-turns.ts'

export type RegisterOptions = PasskeyOptions & {
  /** Shown in the list of passkeys; defaults to `Passkey`. */
  readonly name?: string
  /** Allows only this device (`platform`), or only a phone or security key (`cross-platform`). */
  readonly attachment?: 'platform' | 'cross-platform'
  /** Shows no dialog: right after signing in with a password, the password manager may add a passkey by itself. */
  readonly mediation?: 'conditional'
}

/**
 * Adds a passkey to the account that is signed in. If the server refuses it, the authenticator is told to forget it.
 * `user:reauthentication_required` is returned before the dialog opens.
 * @example
 * const { data, error } = await registerPasskey(auth, { name: 'Laptop' })
 */
export async function registerPasskey(
  auth: Client,
  { name, attachment, mediation, signal: wanted, ...options }: RegisterOptions = {},
): Promise<PasskeyAnswer<DataOf<'addPasskey'>, CodeOf<'offerPasskey' | 'addPasskey'>>> {
  const authenticator = authenticatorOf(options)
  // A browser that does not know the mediation would open its dialog, although nobody asked for it.
  const isPossible = mediation === undefined || options.authenticator || (await passkeyCapabilities()).upgrade
  if (!authenticator || !isPossible) return { error: unsupported }
  return takeTurn(wanted, async (signal) => {
    const wish = { ...(attachment && { attachment }), ...(mediation && { mediation }) }
    const offer = await auth.offerPasskey({ ...forCalls(options), signal, body: wish })
    if (offer.error) return offer
    const { public_key } = offer.data
    const made = await settle(() => authenticator.create(public_key, { signal, mediation }))
    if ('error' in made) return made
    const body = { credential: made.credential, ...(name !== undefined && { name }) }
    // Without the signal: the authenticator has the passkey already, so the server should get it.
    const answer = await whileSaving(() => auth.addPasskey({ ...forCalls(options), body }))
    await forgetRefused(auth, answer, { rpId: public_key.rp.id, credentialId: made.credential.id })
    return answer
  })
}
