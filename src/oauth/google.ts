import type { Provider } from './provider.ts'

/**
 * Google's ID tokens name one or the other:
 * https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
 */
const spellings = ['https://accounts.google.com', 'accounts.google.com']

type Named = Pick<Provider, 'id' | 'issuer'>

/** Holds for the environment's provider, whatever its issuer, and for a registered one with Google's issuer. */
export const isGoogle = ({ id, issuer }: Named): boolean => id === 'google' || spellings.includes(issuer)

/** The issuers that an ID token may name. Whichever it names, only this provider's own keys verify it. */
export const issuersOf = (provider: Named): string[] =>
  isGoogle(provider) ? [provider.issuer, ...spellings] : [provider.issuer]
