import type { Config } from './config.ts'
import { isAddress, isAtOrBelow, isPublicSuffix, registeredName } from './domains.ts'
import type { Limit } from './limits.ts'
import { listedOrigins, passkeyPages, relatedPages, rpIdOf } from './relying-party.ts'

/** Registered names that browsers accept: https://www.w3.org/TR/webauthn-3/#sctn-validating-relation-origin */
const mostNames = 5

/** Pages where no browser allows these passkeys: not at the domain or a former one, and not listed. */
function strangersTo(config: Config): string[] {
  if (isAddress(rpIdOf(config)) || listedOrigins(config).length > 0) return []
  const isFormer = ({ hostname }: URL) => config.passkeyFormerRpIds.some((former) => isAtOrBelow(hostname, former))
  return relatedPages(config).flatMap((page) => (isFormer(page) ? [] : page.origin))
}

const nameOf = (origin: string): string | undefined => registeredName(new URL(origin).hostname)

/** The registered names among the listed origins. Browsers count example.com and example.de as one name. */
const namesListed = (config: Config): string[] => [
  ...new Set(listedOrigins(config).flatMap((one) => nameOf(one) ?? [])),
]

/** Settings with which the server would start but passkeys could not work. */
export const passkeyLimits: readonly Limit[] = [
  {
    about: ['PASSKEY_RP_ID', 'FRONTEND_URL', 'COOKIE_DOMAIN'],
    must: 'be a domain in production, as passkeys belong to no address: set it, and PASSKEY_ORIGINS to pages there',
    isBroken: (config) => isAddress(rpIdOf(config)) && rpIdOf(config),
  },
  {
    about: ['PASSKEY_RP_ID', 'PASSKEY_ORIGINS'],
    must: 'be a domain of your own in production, not one under which others have theirs',
    isBroken: (config) => {
      const { passkeyRpId: rpId } = config
      const isBelow = ({ hostname }: URL) => rpId !== undefined && hostname.endsWith(`.${rpId}`)
      return rpId !== undefined && passkeyPages(config).some(isBelow) && isPublicSuffix(rpId)
    },
  },
  {
    about: ['PASSKEY_ORIGINS', 'PASSKEY_RP_ID', 'PASSKEY_FORMER_RP_IDS', 'PUBLIC_URL', 'FRONTEND_URL', 'COOKIE_DOMAIN'],
    must:
      'be at PASSKEY_RP_ID or below it in production, or at one of PASSKEY_FORMER_RP_IDS: for pages elsewhere make ' +
      'PASSKEY_RP_ID the host of PUBLIC_URL, where browsers find them listed',
    isBroken: (config) => {
      const strangers = strangersTo(config)
      return strangers.length > 0 && `not at ${rpIdOf(config)}: ${strangers.join(', ')}`
    },
  },
  {
    about: ['PASSKEY_ORIGINS', 'PASSKEY_RP_ID', 'PUBLIC_URL', 'FRONTEND_URL', 'COOKIE_DOMAIN'],
    must: 'be under registered domains in production where they are not at PASSKEY_RP_ID: browsers take no others',
    isBroken: (config) =>
      listedOrigins(config)
        .filter((one) => nameOf(one) === undefined)
        .join(', ') || false,
  },
  {
    about: ['PASSKEY_ORIGINS', 'PASSKEY_RP_ID', 'PUBLIC_URL', 'FRONTEND_URL', 'COOKIE_DOMAIN'],
    must:
      `be of at most ${mostNames} names in production where they are not at PASSKEY_RP_ID, as browsers heed no more: ` +
      'leave some out (example.com and example.de are one name)',
    isBroken: (config) => {
      const names = namesListed(config)
      return names.length > mostNames && `${names.length}: ${names.join(', ')}`
    },
  },
]
