import { isDeepStrictEqual } from 'node:util'
import type { oauthProviders } from '../db/schema/oauth.ts'

type Row = typeof oauthProviders.$inferSelect

/** Columns that never change, are secret, follow from the others, or only say how the issuer answers. */
type Unnamed = 'id' | 'slug' | 'createdAt' | 'sealedClientSecret' | 'namespace' | 'movedFrom' | 'namesIssuer'

type Column = {
  /** Its name in the API and in the log. */
  readonly name: string
  readonly decides: Decision
}

/**
 * `where`: which server says who a user is, and for which client. Tokens issued to another client would open accounts
 * here, and the secret is meant for that server. `what`: how much of its answer is believed.
 */
type Decision = 'where' | 'what' | 'nothing'

/**
 * The columns of a provider that can be changed. A new column must say here whether changing it takes two factors, or
 * the code does not compile [AT11].
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

/** The fields in which the wish differs from the row; a field that the wish does not name stays. */
export const findDifferent = (wish: Partial<Record<ProviderField, unknown>>, known: Row): ProviderField[] =>
  (Object.keys(providerFields) as ProviderField[]).filter(
    (field) => wish[field] !== undefined && !isDeepStrictEqual(wish[field], known[field]),
  )

const deciding =
  (...decisions: readonly Decision[]) =>
  (changed: readonly ProviderField[]): ProviderField[] =>
    changed.filter((field) => decisions.includes(providerFields[field].decides))

/** The changed fields that affect who a user is taken for. */
export const onlyDeciding = deciding('where', 'what')

/** The changed fields that say which server is asked, and as which client. */
export const onlyPlaces = deciding('where')
