import { sql } from 'drizzle-orm'
import { boolean, index, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/**
 * What decides who a user is at a registered provider: the endpoints that are asked, and the client id. With OIDC the
 * issuer stands for the endpoints.
 */
export type ProviderPlace = {
  readonly clientId: string
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly userinfoEndpoint?: string | null
}

/** Providers that administrators registered. Those of the environment have no row. */
export const oauthProviders = pgTable(
  'oauth_providers',
  {
    id: uuid().primaryKey(),
    slug: text().notNull(),
    name: text().notNull(),
    clientId: text().notNull(),
    sealedClientSecret: bytea().notNull(),
    /** Set if the provider speaks OIDC; its endpoints then came from discovery. */
    issuer: text(),
    authorizationEndpoint: text().notNull(),
    tokenEndpoint: text().notNull(),
    userinfoEndpoint: text(),
    jwksUri: text(),
    /** How the token endpoint wants the client secret. */
    tokenAuth: text().$type<'basic' | 'post'>().notNull(),
    /** Whether the provider sends `iss` with its answers (RFC 9207). */
    namesIssuer: boolean().notNull(),
    /**
     * When an address counts: `claim`: if the provider claims that it is verified; `trusted`: unless the provider
     * denies that; `mail`: once a mailed link has confirmed it.
     */
    emailVerification: text().$type<'claim' | 'trusted' | 'mail'>().notNull().default('claim'),
    nonce: text().$type<'required' | 'if_present'>().notNull().default('required'),
    /** Parameters for the authorization endpoint, in addition to those of the protocol. */
    authorizeParameters: jsonb().$type<Readonly<Record<string, string>>>().notNull().default({}),
    /** Further client ids to which an ID token from an app may be issued. */
    audiences: text().array().notNull().default(sql`'{}'`),
    scopes: text().array().notNull(),
    imageHosts: text().array().notNull(),
    /**
     * Separates this provider's subjects from others: the `issuer` of its connections. Null until the provider first
     * moves; until then its issuer or, without one, its id is used.
     */
    namespace: text(),
    /**
     * Namespace and place at which its connections were made. Set after a move, until an operator confirms that the
     * provider is the same, or it moves back [AT11].
     */
    movedFrom: jsonb().$type<{ readonly namespace: string; readonly place: ProviderPlace }>(),
    createdAt: createdAt(),
  },
  (table) => [unique('oauth_providers_slug_unique').on(table.slug)],
)

/** Who a user is at a provider: issuer and subject, never the e-mail [OA4]. */
export const oauthIdentities = pgTable(
  'oauth_identities',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /**
     * `google`, `github`, or the id of a registered provider, so that a new provider under a reused slug inherits
     * nothing.
     */
    providerId: text().notNull(),
    /** The provider's namespace, usually its issuer or, without one, its id; see `oauthProviders.namespace`. */
    issuer: text().notNull(),
    subject: text().notNull(),
    email: text(),
    pictureUrl: text(),
    createdAt: createdAt(),
  },
  (table) => [
    unique('oauth_identities_subject_unique').on(table.providerId, table.issuer, table.subject),
    unique('oauth_identities_user_unique').on(table.userId, table.providerId),
  ],
)

/** Flows through a provider that have begun, each usable once. Of what the browser holds only digests are stored. */
export const oauthStates = pgTable(
  'oauth_states',
  {
    id: uuid().primaryKey(),
    digest: bytea().notNull(),
    providerId: text().notNull(),
    flow: text().$type<'login' | 'link' | 'one_tap'>().notNull(),
    anonymousDigest: bytea().notNull(),
    /** For a `link`: the session that asked. */
    sessionId: uuid(),
    /**
     * PKCE's verifier and the nonce, sealed. The nonce is the digest of the state. For One Tap it is the state itself,
     * and this is null.
     */
    sealedSecrets: bytea(),
    redirectTo: text().notNull(),
    rememberMe: boolean().notNull().default(false),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  (table) => [
    unique('oauth_states_digest_unique').on(table.digest),
    index('oauth_states_expires_at').on(table.expiresAt),
  ],
)

/** Sign-ups through a provider that wait for the user to choose a handle. */
export const oauthSignUps = pgTable(
  'oauth_sign_ups',
  {
    id: uuid().primaryKey(),
    digest: bytea().notNull(),
    /** Null if no provider is involved, because a mailed code confirmed the address. */
    providerId: text(),
    issuer: text(),
    subject: text(),
    email: text().notNull(),
    /** Nobody has vouched for the address, so a mailed link must confirm it. */
    needsMail: boolean().notNull().default(false),
    rememberMe: boolean().notNull().default(false),
    pictureUrl: text(),
    /** Digest for the browser that the sign-up is bound to; null if an app began it. */
    anonymousDigest: bytea(),
    isApp: boolean().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    /** Set on use, like the next two, to recognise a repetition of the very same request. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    handle: text(),
    displayName: text(),
  },
  (table) => [
    unique('oauth_sign_ups_digest_unique').on(table.digest),
    index('oauth_sign_ups_expires_at').on(table.expiresAt),
  ],
)

/** ID tokens from clients that opened something, kept until they expire, as each may be used only once [AT13]. */
export const usedIdTokens = pgTable(
  'used_id_tokens',
  {
    digest: bytea().primaryKey(),
    expiresAt: instant().notNull(),
  },
  (table) => [index('used_id_tokens_expires_at').on(table.expiresAt)],
)
