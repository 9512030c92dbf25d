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

/** The domains whose passkeys can sign in: the current one and the former ones. */
export const workingRpIds = (config: Settings): readonly string[] => [rpIdOf(config), ...config.passkeyFormerRpIds]

const apk = 'android:apk-key-hash:'

/** The origins of the web pages that use passkeys. */
export const passkeyPages = ({ passkeyOrigins }: Settings): readonly URL[] =>
  passkeyOrigins.filter((origin) => !origin.startsWith(apk)).map((origin) => new URL(origin))

/** SHA-256 of the certificates that sign the Android apps that use passkeys. */
export const apkKeyDigests = ({ passkeyOrigins }: Settings): readonly Buffer[] =>
  passkeyOrigins
    .filter((origin) => origin.startsWith(apk))
    .map((origin) => Buffer.from(origin.slice(apk.length), 'base64url'))

/** Pages outside the domain. Before they may use its passkeys, browsers look for them in a list at the domain. */
export const relatedPages = (config: Settings): readonly URL[] =>
  passkeyPages(config).filter(({ hostname }) => !isAtOrBelow(hostname, rpIdOf(config)))

/**
 * The origins that `/.well-known/webauthn` lists. Empty if the domain is not this server's host, because browsers ask
 * the domain.
 */
export const listedOrigins = (config: Settings): readonly string[] =>
  rpIdOf(config) === hostOf(config.publicUrl) ? relatedPages(config).map(({ origin }) => origin) : []
