import type { Outbound } from '../outbound/client.ts'
import type { Provider } from './provider.ts'

type Asked = Parameters<Outbound['ask']>[1]

/** The operator's own providers are asked wherever they are; registered ones only where the policy lets anybody be asked [FS4]. */
export const askProvider = (
  { outbound }: { readonly outbound: Outbound },
  provider: Pick<Provider, 'isOwn'>,
  url: string,
  asked: Asked = {},
) => (provider.isOwn ? outbound.ask(url, asked) : outbound.askGuarded(url, asked))
