import type { Config } from './config.ts'

/** Slugs reserved for the providers of the environment, configured or not. */
export const ownSlugs = ['google', 'github'] as const

export const ownNames: Readonly<Record<string, string>> = { google: 'Google', github: 'GitHub' }

/** The issuer of each provider that the environment configures, by the provider's id. */
export type OwnIssuers = Readonly<Record<string, string>>

export function ownIssuers(config: Config): OwnIssuers {
  return {
    ...(config.googleClientId !== undefined && { google: config.googleIssuer }),
    ...(config.githubClientId !== undefined && { github: config.githubUrl }),
  }
}
