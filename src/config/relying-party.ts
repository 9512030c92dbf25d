import type { Config } from './config.ts'
import { isAtOrBelow } from './domains.ts'

type Settings = Pick<
  Config,
  'passkeyRpId' | 'passkeyFormerRpIds' | 'passkeyOrigins' | 'cookieDomain' | 'frontendUrl' | 'publicUrl'
>

const hostOf = (origin: string): string => new URL(origin).hostname

/** The domain that new passkeys belong to. */
export function rpIdOf({ passkeyRpId, cookieDomain, frontendUrl }: Settings): string {
  const frontend = hostOf(frontendUrl)
  const isShared = cookieDomain !== undefined && isAtOrBelow(frontend, cookieDomain)
  return passkeyRpId ?? (isShared ? cookieDomain : frontend)
}

/** The domains whose passkeys open an account: that one, and those of before. */
export const workingRpIds = (config: Settings): readonly string[] => [rpIdOf(config), ...config.passkeyFormerRpIds]

const apk = 'android:apk-key-hash:'

/** Where the pages are that use passkeys. */
export const passkeyPages = ({ passkeyOrigins }: Settings): readonly URL[] =>
  passkeyOrigins.filter((origin) => !origin.startsWith(apk)).map((origin) => new URL(origin))

/** SHA-256 of the certificates that sign the apps that do. */
export const apkKeyDigests = ({ passkeyOrigins }: Settings): readonly Buffer[] =>
  passkeyOrigins
    .filter((origin) => origin.startsWith(apk))
    .map((origin) => Buffer.from(origin.slice(apk.length), 'base64url'))

/** Pages elsewhere than at the domain or below it: browsers ask the domain itself whether they may use its passkeys. */
export const relatedPages = (config: Settings): readonly URL[] =>
  passkeyPages(config).filter(({ hostname }) => !isAtOrBelow(hostname, rpIdOf(config)))

/**
 * The origins of those that `/.well-known/webauthn` lists; none where the domain is not this server's own host, which
 * is asked by nobody then.
 */
export const listedOrigins = (config: Settings): readonly string[] =>
  rpIdOf(config) === hostOf(config.publicUrl) ? relatedPages(config).map(({ origin }) => origin) : []
