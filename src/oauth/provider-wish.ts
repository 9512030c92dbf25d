import type { oauthProviders } from '../db/schema/oauth.ts'
import { lockAdministratorRefusals } from '../sign-in/administer.ts'
import { type TokenAuthMethod, tokenAuthMethods } from './dialect.ts'
import { type EndpointWish, findEndpointsRefusals } from './provider-endpoints.ts'

type Row = typeof oauthProviders.$inferSelect

export type NewProvider = EndpointWish & {
  readonly slug: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly emailVerification?: Row['emailVerification'] | undefined
  readonly nonce?: Row['nonce'] | undefined
  readonly tokenEndpointAuthMethod?: TokenAuthMethod | undefined
  readonly authorizeParameters?: Readonly<Record<string, string>> | undefined
  readonly audiences?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly imageHosts?: readonly string[] | undefined
}

export const wishRefusals = ['general:validation_error', ...findEndpointsRefusals] as const

/**
 * Registering, changing and deleting demand the same proof: otherwise a provider could be deleted and another one
 * registered under its slug [AT11].
 */
export const powerRefusals = [
  ...lockAdministratorRefusals,
  'user:second_factor_required',
  'rate_limit:exceeded',
] as const

export type ProviderChange = {
  readonly [Field in Exclude<keyof NewProvider, 'slug'>]?: NewProvider[Field] | undefined
}

/** Only the settings that the wish names: the others stay, or get the protocol's default from the database. */
export const dialectOf = (wish: ProviderChange) => ({
  ...(wish.emailVerification !== undefined && { emailVerification: wish.emailVerification }),
  ...(wish.nonce !== undefined && { nonce: wish.nonce }),
  ...(wish.tokenEndpointAuthMethod !== undefined && { tokenAuth: tokenAuthMethods[wish.tokenEndpointAuthMethod] }),
  ...(wish.authorizeParameters !== undefined && { authorizeParameters: wish.authorizeParameters }),
  ...(wish.audiences !== undefined && { audiences: [...wish.audiences] }),
})
