import type { DataOf, InitOf } from './calls.ts'

export type CreationOptions = DataOf<'offerPasskey'>['public_key']
export type RequestOptions = DataOf<'askForPasskey'>['public_key']
export type NewCredential = InitOf<'addPasskey'>['body']['credential']
export type Assertion = InitOf<'signInWithPasskey'>['body']['credential']

type Wish = {
  /** `conditional`: without a dialog, through autofill or right after signing in with a password. */
  readonly mediation?: 'conditional' | undefined
  readonly signal: AbortSignal
}

/** Holds passkeys: a browser, or an app's library. It takes and returns JSON, and its errors have WebAuthn's names. */
export type Authenticator = {
  create(options: CreationOptions, wish: Wish): Promise<NewCredential | null>
  get(options: RequestOptions, wish: Wish): Promise<Assertion | null>
}

/**
 * The authenticators of the browser. The JSON is converted here, because older browsers cannot, and because extensions
 * that replace `navigator.credentials` return objects whose `toJSON` throws.
 */
export const browserAuthenticator: Authenticator = {
  async create({ challenge, user, excludeCredentials, ...rest }, wish) {
    const publicKey: object = {
      ...rest,
      challenge: bytesOf(challenge),
      user: { ...user, id: bytesOf(user.id) },
      excludeCredentials: excludeCredentials.map(withBytes),
    }
    const made = await navigator.credentials.create({ publicKey, ...wish } as CredentialCreationOptions)
    return made && describe(made as PublicKeyCredential, writeAttestation)
  },
  async get({ challenge, allowCredentials, ...rest }, wish) {
    const publicKey: object = {
      ...rest,
      challenge: bytesOf(challenge),
      allowCredentials: allowCredentials.map(withBytes),
    }
    const given = await navigator.credentials.get({ publicKey, ...wish } as CredentialRequestOptions)
    return given && describe(given as PublicKeyCredential, writeAssertion)
  },
}

const withBytes = <One extends { readonly id: string }>(one: One) => ({ ...one, id: bytesOf(one.id) })

const describe = <Written extends object>(
  { rawId, type, response }: PublicKeyCredential,
  write: (response: AuthenticatorResponse) => Written,
) => {
  const id = textOf(rawId)
  return { id, rawId: id, type, response: { clientDataJSON: textOf(response.clientDataJSON), ...write(response) } }
}

function writeAttestation(response: AuthenticatorResponse) {
  const attestation = response as AuthenticatorAttestationResponse
  return {
    attestationObject: textOf(attestation.attestationObject),
    transports: attestation.getTransports?.() ?? [],
  }
}

function writeAssertion(response: AuthenticatorResponse) {
  const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse
  return {
    authenticatorData: textOf(authenticatorData),
    signature: textOf(signature),
    userHandle: userHandle && textOf(userHandle),
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))

const textOf = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
