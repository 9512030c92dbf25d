import { type Assertion, type Authenticator, browserAuthenticator, type RequestOptions } from './authenticator.ts'
import { type BrowserError, readException } from './browser-error.ts'
import type { Answer, CallOptions } from './calls.ts'
import type { CallError, ClientError } from './errors.ts'
import { signalUnknown } from './passkey-signals.ts'
import { takeTurn } from './passkey-turns.ts'

/** Options of every function that asks for a passkey. `signal` also closes the dialog. */
export type PasskeyOptions = CallOptions & {
  /** Replaces the browser's authenticators, for instance by an app's library. */
  readonly authenticator?: Authenticator
}

/** The result of an operation, with the errors of the browser among its errors. */
export type PasskeyAnswer<Data, Code extends string> = Answer<Data, Code, BrowserError>

export type Refused<Code extends string> = {
  readonly error: CallError<Code> | BrowserError
  readonly response?: Response | undefined
}

/** The calls before and after the dialog. */
export type Steps<Data, Asked extends string, Sent extends string> = {
  readonly ask: (init: CallOptions) => Promise<Answer<{ readonly public_key: RequestOptions }, Asked>>
  readonly send: (credential: Assertion, init: CallOptions) => Promise<Answer<Data, Sent>>
}

/** The part of the options that calls take. */
export const forCalls = ({ signal, headers, timeoutMs }: CallOptions): CallOptions => ({
  ...(signal && { signal }),
  ...(headers && { headers }),
  ...(timeoutMs !== undefined && { timeoutMs }),
})

/** Returns `undefined` if the browser has no passkeys. */
export const authenticatorOf = ({ authenticator }: PasskeyOptions): Authenticator | undefined =>
  authenticator ?? (globalThis.PublicKeyCredential && browserAuthenticator)

/** Waits for the authenticator and translates what it throws. */
export async function settle<Credential>(
  ask: () => Promise<Credential | null>,
): Promise<{ credential: Credential } | { error: BrowserError | ClientError }> {
  try {
    const credential = await ask()
    return credential ? { credential } : { error: { from: 'browser', code: 'browser:closed' } }
  } catch (cause) {
    return { error: readException(cause) }
  }
}

/** A credential and the relying party that it answers. */
export type Given = { readonly credential: Assertion; readonly rpId: string }

/** Fetches options from the server and shows them to the authenticator. */
export async function getCredential<Asked extends string>(
  ask: Steps<unknown, Asked, string>['ask'],
  init: CallOptions & { readonly signal: AbortSignal },
  show: (options: RequestOptions) => Promise<Assertion | null>,
): Promise<Given | Refused<Asked>> {
  const asked = await ask(init)
  if (asked.data === undefined) return asked
  const { public_key } = asked.data
  const settled = await settle(() => show(public_key))
  return 'error' in settled ? settled : { ...settled, rpId: public_key.rpId }
}

/** Posts the credential. If the server does not know it, and only then, the authenticator is told to forget it. */
export async function sendCredential<Data, Sent extends string>(
  send: Steps<Data, string, Sent>['send'],
  { credential, rpId }: Given,
  options: CallOptions,
): Promise<Answer<Data, Sent>> {
  const answer = await send(credential, forCalls(options))
  const code: string | undefined = answer.error?.code
  if (code === 'passkey:unknown_credential') await signalUnknown(rpId, credential.id)
  return answer
}

/** Asks by a dialog. Another dialog closes this one, but does not abort what has been posted already. */
export const askInDialog = <Data, Asked extends string, Sent extends string>(
  authenticator: Authenticator,
  options: CallOptions,
  { ask, send }: Steps<Data, Asked, Sent>,
): Promise<PasskeyAnswer<Data, Asked | Sent>> =>
  takeTurn(options.signal, async (signal) => {
    const given = await getCredential(ask, { ...forCalls(options), signal }, (request) =>
      authenticator.get(request, { signal }),
    )
    return 'error' in given ? given : sendCredential(send, given, options)
  })
