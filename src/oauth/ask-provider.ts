import type { Outbound } from '../outbound/ask.ts'
import type { Provider } from './provider.ts'

type Asked = Parameters<Outbound['ask']>[1]

/**
 * Only what the operator's environment names is asked wherever it is; what a provider or an administrator names, where
 * the policy lets anybody be asked [FS4].
 */
export const askProvider = (
  { outbound }: { readonly outbound: Outbound },
  provider: Pick<Provider, 'isOwn' | 'protocol' | 'issuer'>,
  url: string,
  asked: Asked = {},
) => (isConfigured(provider, url) ? outbound.ask(url, asked) : outbound.askGuarded(url, asked))

/** GitHub's addresses are all configured; of an OIDC issuer's the ones at its own origin. */
function isConfigured(
  { isOwn, protocol, issuer }: Pick<Provider, 'isOwn' | 'protocol' | 'issuer'>,
  url: string,
): boolean {
  return isOwn && (protocol === 'github' || new URL(url).origin === new URL(issuer).origin)
}
