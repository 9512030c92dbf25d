import { createRequire } from 'node:module'
import { isIP } from 'node:net'

/** The list of public suffixes takes 1.5 MB, which only who asks pays for. */
const loadSuffixes = () => createRequire(import.meta.url)('tldts') as typeof import('tldts')

const asBrowsersDo = { allowPrivateDomains: true } as const

/** Under which others have domains of theirs. */
export const isPublicSuffix = (domain: string): boolean =>
  loadSuffixes().getPublicSuffix(domain, asBrowsersDo) === domain

/** What was registered, without the suffix: example, of app.example.co.uk; of an address and of a suffix nothing. */
export const registeredName = (host: string): string | undefined =>
  loadSuffixes().getDomainWithoutSuffix(host, asBrowsersDo) || undefined

export const isAtOrBelow = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** However it is written: browsers read 127.1 and 0x7f.1 as addresses, too. */
export const isAddress = (host: string): boolean =>
  isIP(new URL(`https://${host}`).hostname.replace(/^\[|\]$/g, '')) !== 0
