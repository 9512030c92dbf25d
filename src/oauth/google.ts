import type { Provider } from './provider.ts'

/**
 * Google's ID tokens name either:
 * https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
 */
const spellings = ['https://accounts.google.com', 'accounts.google.com']

type Named = Pick<Provider, 'id' | 'issuer'>

/** That of the environment, wherever it is, or one that an administrator registered. */
export const isGoogle = ({ id, issuer }: Named): boolean => id === 'google' || spellings.includes(issuer)

/** What an ID token may name as its issuer. Whatever it names, only the provider's own keys verify it. */
export const issuersOf = (provider: Named): string[] =>
  isGoogle(provider) ? [provider.issuer, ...spellings] : [provider.issuer]
