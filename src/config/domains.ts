import { createRequire } from 'node:module'
import { isIP } from 'node:net'

/** Loaded on first use, because the list of public suffixes takes 1.5 MB of memory. */
const loadSuffixes = () => createRequire(import.meta.url)('tldts') as typeof import('tldts')

const asBrowsersDo = { allowPrivateDomains: true } as const

/** Whether different owners have domains directly under this one, as under co.uk or github.io. */
export const isPublicSuffix = (domain: string): boolean =>
  loadSuffixes().getPublicSuffix(domain, asBrowsersDo) === domain

/**
 * The registered name without its public suffix: `example` for app.example.co.uk. Returns undefined for an IP address
 * or a public suffix.
 */
export const registeredName = (host: string): string | undefined =>
  loadSuffixes().getDomainWithoutSuffix(host, asBrowsersDo) || undefined

/** The domain and each one above it: `a.example.com`, `example.com`, `com`. */
export const domainsUpFrom = (domain: string): string[] => {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

export const isAtOrBelow = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** Whether the host is an IP address in any spelling; browsers also read 127.1 and 0x7f.1 as addresses. */
export const isAddress = (host: string): boolean =>
  isIP(new URL(`https://${host}`).hostname.replace(/^\[|\]$/g, '')) !== 0
