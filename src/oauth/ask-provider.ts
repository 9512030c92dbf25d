import type { Outbound } from '../outbound/ask.ts'
import type { Provider } from './provider.ts'

type Asked = Parameters<Outbound['ask']>[1]

/**
 * URLs from the operator's environment may be at any address; URLs that a provider or an administrator names are asked
 * only where the outbound policy allows it [FS4].
 */
export const askProvider = (
  { outbound }: { readonly outbound: Outbound },
  provider: Pick<Provider, 'isOwn' | 'protocol' | 'issuer'>,
  url: string,
  asked: Asked = {},
) => (isConfigured(provider, url) ? outbound.ask(url, asked) : outbound.askGuarded(url, asked))

/** All of GitHub's URLs come from the environment; of an OIDC provider's only those at its issuer's origin do. */
function isConfigured(
  { isOwn, protocol, issuer }: Pick<Provider, 'isOwn' | 'protocol' | 'issuer'>,
  url: string,
): boolean {
  return isOwn && (protocol === 'github' || new URL(url).origin === new URL(issuer).origin)
}
