import { forCalls } from './ask-passkey.ts'
import type { Answer, CallOptions, CodeOf, DataOf } from './calls.ts'
import type { Client } from './client.ts'
import { signalAccepted, signalDetails } from './passkey-signals.ts'

/** The passkeys that this page has begun to save, and those that it is done with. */
const saves = { begun: 0, ended: 0 }

/** Saves a new passkey. A list that is read meanwhile may lack it, so authenticators are not told of that list. */
export async function whileSaving<T>(save: () => Promise<T>): Promise<T> {
  saves.begun++
  try {
    return await save()
  } finally {
    saves.ended++
  }
}

/** Lists the account's passkeys, and tells this browser's authenticators to offer no others. */
export async function listPasskeys(
  auth: Client,
  options: CallOptions = {},
): Promise<Answer<DataOf<'listPasskeys'>, CodeOf<'listPasskeys'>>> {
  const { begun, ended } = saves
  const answer = await auth.listPasskeys(forCalls(options))
  const isWhole = begun === ended && begun === saves.begun
  if (answer.data && isWhole) await signalAccepted(answer.data)
  return answer
}

/** Deletes a passkey, and tells this browser's authenticators. */
export async function deletePasskey(
  auth: Client,
  { id, ...options }: CallOptions & { readonly id: string },
): Promise<Answer<DataOf<'deletePasskey'>, CodeOf<'deletePasskey'>>> {
  const answer = await auth.deletePasskey({ ...forCalls(options), params: { path: { id } } })
  if (!answer.error) await listPasskeys(auth)
  return answer
}

/** Tells this browser's authenticators the account's current address and name; call it after a change of either. */
export async function signalPasskeyDetails(auth: Client): Promise<void> {
  const [{ data: list }, { data: me }] = await Promise.all([auth.listPasskeys(), auth.getMe()])
  if (list && me) await signalDetails(list, me)
}
