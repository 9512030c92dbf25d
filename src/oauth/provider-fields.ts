import { isDeepStrictEqual } from 'node:util'
import type { oauthProviders } from '../db/schema/oauth.ts'

type Row = typeof oauthProviders.$inferSelect

/** What never changes, is nobody's to know, follows from the rest, or says how an issuer wants to be asked. */
type Unnamed = 'id' | 'slug' | 'createdAt' | 'sealedClientSecret' | 'namespace' | 'movedFrom' | 'namesIssuer'

type Column = {
  /** In the API and in the log. */
  readonly name: string
  readonly decides: Decision
}

/**
 * `where`: who says who somebody is, or for whom that was said; what is meant for another client would open accounts
 * here, and the secret belongs to that place. `what`: how much is believed of it.
 */
type Decision = 'where' | 'what' | 'nothing'

/**
 * What can be changed of a provider; a new column says whether changing it takes two factors, or does not compile
 * [AT11].
 */
export const providerFields = {
  name: { name: 'name', decides: 'nothing' },
  clientId: { name: 'client_id', decides: 'where' },
  issuer: { name: 'issuer', decides: 'where' },
  authorizationEndpoint: { name: 'authorization_endpoint', decides: 'where' },
  tokenEndpoint: { name: 'token_endpoint', decides: 'where' },
  userinfoEndpoint: { name: 'userinfo_endpoint', decides: 'where' },
  jwksUri: { name: 'jwks_uri', decides: 'where' },
  audiences: { name: 'audiences', decides: 'where' },
  tokenAuth: { name: 'token_endpoint_auth_method', decides: 'nothing' },
  emailVerification: { name: 'email_verification', decides: 'what' },
  nonce: { name: 'nonce', decides: 'what' },
  authorizeParameters: { name: 'authorize_parameters', decides: 'nothing' },
  scopes: { name: 'scopes', decides: 'nothing' },
  imageHosts: { name: 'image_hosts', decides: 'nothing' },
} as const satisfies Record<Exclude<keyof Row, Unnamed>, Column>

export type ProviderField = keyof typeof providerFields

/** In which fields the wish differs; what it does not name stays. */
export const findDifferent = (wish: Partial<Record<ProviderField, unknown>>, known: Row): ProviderField[] =>
  (Object.keys(providerFields) as ProviderField[]).filter(
    (field) => wish[field] !== undefined && !isDeepStrictEqual(wish[field], known[field]),
  )

const deciding =
  (...decisions: readonly Decision[]) =>
  (changed: readonly ProviderField[]): ProviderField[] =>
    changed.filter((field) => decisions.includes(providerFields[field].decides))

/** Those of them that decide who somebody is. */
export const onlyDeciding = deciding('where', 'what')

/** Those of them that say whom it asks. */
export const onlyPlaces = deciding('where')
