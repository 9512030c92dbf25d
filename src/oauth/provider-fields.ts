import { isDeepStrictEqual } from 'node:util'
import type { oauthProviders } from '../db/schema/oauth.ts'

type Row = typeof oauthProviders.$inferSelect

/** What never changes, is nobody's to know, follows from the rest, or says how an issuer wants to be asked. */
type Unnamed = 'id' | 'slug' | 'createdAt' | 'sealedClientSecret' | 'namespace' | 'movedFrom' | 'namesIssuer'

type Column = {
  /** In the API and in the log. */
  readonly name: string
  /** It decides who says who somebody is, or for whom that was said: what is meant for another client would open accounts here. */
  readonly decides: boolean
}

/** What can be changed of a provider; a new column says whether changing it takes two factors, or does not compile [AT11]. */
export const providerFields = {
  name: { name: 'name', decides: false },
  clientId: { name: 'client_id', decides: true },
  issuer: { name: 'issuer', decides: true },
  authorizationEndpoint: { name: 'authorization_endpoint', decides: true },
  tokenEndpoint: { name: 'token_endpoint', decides: true },
  userinfoEndpoint: { name: 'userinfo_endpoint', decides: true },
  jwksUri: { name: 'jwks_uri', decides: true },
  audiences: { name: 'audiences', decides: true },
  tokenAuth: { name: 'token_endpoint_auth_method', decides: false },
  emailVerification: { name: 'email_verification', decides: false },
  nonce: { name: 'nonce', decides: false },
  authorizeParameters: { name: 'authorize_parameters', decides: false },
  scopes: { name: 'scopes', decides: false },
  imageHosts: { name: 'image_hosts', decides: false },
} as const satisfies Record<Exclude<keyof Row, Unnamed>, Column>

export type ProviderField = keyof typeof providerFields

/** In which fields the wish differs; what it does not name stays. */
export const findDifferent = (wish: Partial<Record<ProviderField, unknown>>, known: Row): ProviderField[] =>
  (Object.keys(providerFields) as ProviderField[]).filter(
    (field) => wish[field] !== undefined && !isDeepStrictEqual(wish[field], known[field]),
  )

/** Those of them that decide who somebody is. */
export const onlyDeciding = (changed: readonly ProviderField[]): ProviderField[] =>
  changed.filter((field) => providerFields[field].decides)
