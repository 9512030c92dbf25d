import type { CDPSession, Page } from 'playwright-core'

type Options = {
  /** Whether it answers by itself; otherwise it waits for a person who never comes. */
  readonly isPresent?: boolean
}

type Sign = {
  readonly isBogusSignature?: boolean
  /** Its user was not verified, although that was asked for. */
  readonly isBadUV?: boolean
}

export type VirtualAuthenticator = {
  /** In base64url. */
  credentialIds(): Promise<readonly string[]>
  names(): Promise<readonly (string | undefined)[]>
  setPresent(isPresent: boolean): Promise<void>
  /** Whether its user is who they say; otherwise they turn away. */
  setVerified(isVerified: boolean): Promise<void>
  /** What its answers look like from now on. */
  distort(sign: Sign): Promise<void>
  remove(): Promise<void>
}

/** What a phone or a laptop with a fingerprint reader is to the page: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn */
export async function addAuthenticator(page: Page, { isPresent = true }: Options = {}): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: isPresent,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  })
  const credentials = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return {
    credentialIds: async () =>
      (await credentials()).map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url')),
    names: async () => (await credentials()).map(({ userDisplayName }) => userDisplayName),
    setPresent: (enabled) =>
      session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }).then(() => undefined),
    setVerified: (isUserVerified) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }).then(() => undefined),
    distort: (sign) =>
      session.send('WebAuthn.setResponseOverrideBits', { authenticatorId, ...sign }).then(() => undefined),
    remove: () => session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }).then(() => undefined),
  }
}
