import { sql } from 'drizzle-orm'
import { boolean, index, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/**
 * What decides who somebody is at a registered provider: whom it asks, and as which client. Of OIDC the issuer names
 * the endpoints.
 */
export type ProviderPlace = {
  readonly clientId: string
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly userinfoEndpoint?: string | null
}

/** Providers that administrators registered; those of the environment have no row. */
export const oauthProviders = pgTable(
  'oauth_providers',
  {
    id: uuid().primaryKey(),
    slug: text().notNull(),
    name: text().notNull(),
    clientId: text().notNull(),
    sealedClientSecret: bytea().notNull(),
    /** OIDC; its endpoints came from discovery. */
    issuer: text(),
    authorizationEndpoint: text().notNull(),
    tokenEndpoint: text().notNull(),
    userinfoEndpoint: text(),
    jwksUri: text(),
    /** How the token endpoint wants the secret. */
    tokenAuth: text().$type<'basic' | 'post'>().notNull(),
    /** RFC 9207. */
    namesIssuer: boolean().notNull(),
    /**
     * On whose word an address counts: the provider's claim, the administrator's, or nobody's, so that a link is mailed
     * to it.
     */
    emailVerification: text().$type<'claim' | 'trusted' | 'mail'>().notNull().default('claim'),
    nonce: text().$type<'required' | 'if_present'>().notNull().default('required'),
    /** Beside those of the protocol. */
    authorizeParameters: jsonb().$type<Readonly<Record<string, string>>>().notNull().default({}),
    /** For whom else its ID tokens may be that apps bring. */
    audiences: text().array().notNull().default(sql`'{}'`),
    scopes: text().array().notNull(),
    imageHosts: text().array().notNull(),
    /**
     * What tells its subjects from another's: of its connections the `issuer`. None before it first moves: its issuer,
     * or its id.
     */
    namespace: text(),
    /**
     * Where it was when its connections were made; set while nobody has confirmed that it is the same elsewhere [AT11].
     */
    movedFrom: jsonb().$type<{ readonly namespace: string; readonly place: ProviderPlace }>(),
    createdAt: createdAt(),
  },
  (table) => [unique('oauth_providers_slug_unique').on(table.slug)],
)

/** Who somebody is at a provider: issuer and subject, never the e-mail [OA4]. */
export const oauthIdentities = pgTable(
  'oauth_identities',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /**
     * `google`, `github`, or the id of a registered provider, so that a new provider of an old slug inherits nothing.
     */
    providerId: text().notNull(),
    /** The provider's namespace: of one that has not moved its issuer, or its id. */
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

/** Ways to a provider and back that are under way; used once. Only digests of what the browser holds. */
export const oauthStates = pgTable(
  'oauth_states',
  {
    id: uuid().primaryKey(),
    digest: bytea().notNull(),
    providerId: text().notNull(),
    flow: text().$type<'login' | 'link' | 'one_tap'>().notNull(),
    anonymousDigest: bytea().notNull(),
    /** Of a link: the session that asked. */
    sessionId: uuid(),
    /** PKCE's verifier and the nonce, sealed. The nonce is the digest of the state; of One Tap the state itself. */
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

/** Sign-ups through a provider that wait for their handle. */
export const oauthSignUps = pgTable(
  'oauth_sign_ups',
  {
    id: uuid().primaryKey(),
    digest: bytea().notNull(),
    providerId: text().notNull(),
    issuer: text().notNull(),
    subject: text().notNull(),
    email: text().notNull(),
    /** Nobody has vouched for the address: its mailbox has to. */
    needsMail: boolean().notNull().default(false),
    rememberMe: boolean().notNull().default(false),
    pictureUrl: text(),
    /** The browser that it is bound to; none on the app's form. */
    anonymousDigest: bytea(),
    isApp: boolean().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    /** Of a used one, so that a repetition of the very same request is recognised. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    handle: text(),
    displayName: text(),
  },
  (table) => [
    unique('oauth_sign_ups_digest_unique').on(table.digest),
    index('oauth_sign_ups_expires_at').on(table.expiresAt),
  ],
)

/** ID tokens that clients brought and that opened something, until they have expired: each is good once [AT13]. */
export const usedIdTokens = pgTable(
  'used_id_tokens',
  {
    digest: bytea().primaryKey(),
    expiresAt: instant().notNull(),
  },
  (table) => [index('used_id_tokens_expires_at').on(table.expiresAt)],
)
