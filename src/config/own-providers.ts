import type { Config } from './config.ts'

/** Slugs that belong to the environment, configured or not. */
export const ownSlugs = ['google', 'github'] as const

export const ownNames: Readonly<Record<string, string>> = { google: 'Google', github: 'GitHub' }

/** Under which issuer each of the environment's providers vouches, by its id; one that is not configured under none. */
export type OwnIssuers = Readonly<Record<string, string>>

export function ownIssuers(config: Config): OwnIssuers {
  return {
    ...(config.googleClientId !== undefined && { google: config.googleIssuer }),
    ...(config.githubClientId !== undefined && { github: config.githubUrl }),
  }
}
