import type { Config } from './config.ts'

type Settings = Pick<Config, 'passkeyRpId' | 'passkeyFormerRpIds' | 'cookieDomain' | 'frontendUrl'>

/** The domain that new passkeys belong to. */
export const rpIdOf = ({ passkeyRpId, cookieDomain, frontendUrl }: Settings): string =>
  passkeyRpId ?? cookieDomain ?? new URL(frontendUrl).hostname

/** The domains whose passkeys open an account: that one, and those of before. */
export const workingRpIds = (config: Settings): readonly string[] => [rpIdOf(config), ...config.passkeyFormerRpIds]
