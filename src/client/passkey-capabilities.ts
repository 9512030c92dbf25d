export type PasskeyCapabilities = {
  /** The browser supports passkeys on this page. */
  readonly passkeys: boolean
  /** The device itself can hold a passkey, behind a fingerprint, a face or a PIN. */
  readonly thisDevice: boolean
  /** A passkey on a phone nearby can be used. */
  readonly otherDevice: boolean
  /** `signInWithPasskey(auth, { mediation: 'conditional' })` works: passkeys appear in autofill. */
  readonly autofill: boolean
  /** `registerPasskey(auth, { mediation: 'conditional' })` works: a password manager may add one by itself. */
  readonly upgrade: boolean
}

/**
 * Tells what this browser can do; whatever it cannot tell is false.
 * @example
 * if ((await passkeyCapabilities()).thisDevice) showOffer()
 */
export async function passkeyCapabilities(): Promise<PasskeyCapabilities> {
  const api: Partial<typeof PublicKeyCredential> | undefined = globalThis.PublicKeyCredential
  const known = await api?.getClientCapabilities?.()
  return {
    passkeys: api !== undefined,
    thisDevice:
      known?.userVerifyingPlatformAuthenticator ??
      (await api?.isUserVerifyingPlatformAuthenticatorAvailable?.()) ??
      false,
    otherDevice: known?.hybridTransport ?? false,
    autofill: known?.conditionalGet ?? (await api?.isConditionalMediationAvailable?.()) ?? false,
    upgrade: known?.conditionalCreate ?? false,
  }
}
