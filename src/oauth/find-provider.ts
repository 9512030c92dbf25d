import { eq } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { open } from '../crypto/sealed-box.ts'
import { oauthProviders } from '../db/schema/oauth.ts'
import type { Deps } from '../deps.ts'
import { OutboundError } from '../outbound/ask.ts'
import { discover, withKnownMethod } from './discovery.ts'
import type { Endpoints, Provider } from './provider.ts'
import { noteProviderFault } from './provider-answer.ts'

export const getRegisteredRefusals = ['oauth:provider_not_found'] as const

type GetRegisteredRefusal = (typeof getRegisteredRefusals)[number]

export const findProviderRefusals = [...getRegisteredRefusals, 'oauth:invalid_auth_url'] as const

type FindProviderRefusal = (typeof findProviderRefusals)[number]

/** Finds a provider of the environment, or one that an administrator registered. */
export async function findProvider(ctx: Context<FindProviderRefusal>, slug: string): Promise<Provider> {
  const own = await findOwn(ctx, slug)
  if (own) return own
  return readProvider(ctx, await getRegistered(ctx, slug))
}

/**
 * Whether the text may be a provider's name in a path. Some other texts, such as one with NUL, PostgreSQL would refuse.
 */
export const isSlug = (text: string): boolean => /^[a-z0-9-]{2,32}$/.test(text)

export async function getRegistered(ctx: Context<GetRegisteredRefusal>, slug: string): Promise<Row> {
  const [row] = isSlug(slug) ? await ctx.db.select().from(oauthProviders).where(eq(oauthProviders.slug, slug)) : []
  if (row === undefined) throw ctx.fault('oauth:provider_not_found')
  return row
}

/** The protocol's own rules, without exceptions. */
const asDocumented = { emailVerification: 'claim', nonce: 'required', authorizeParameters: {} } as const

const googleScopes = ['openid', 'email', 'profile']
const githubScopes = ['read:user', 'user:email']

async function findOwn(ctx: Context<'oauth:invalid_auth_url'>, slug: string): Promise<Provider | undefined> {
  const { config } = ctx
  if (slug === 'github') return findGithub(config)
  const { googleClientId: clientId, googleClientSecret: clientSecret, googleIssuer: issuer } = config
  if (slug !== 'google' || clientId === undefined || clientSecret === undefined) return undefined
  return {
    id: 'google',
    slug,
    name: 'Google',
    clientId,
    clientSecret,
    appClientIds: config.googleAudiences,
    protocol: 'oidc',
    issuer,
    namespace: issuer,
    isOwn: true,
    scopes: googleScopes,
    ...asDocumented,
    endpoints: await discoverOwn(ctx, issuer),
  }
}

const discoveryLifetimeMs = 3_600_000

async function discoverOwn(ctx: Context<'oauth:invalid_auth_url'>, issuer: string): Promise<Endpoints> {
  try {
    return await ctx.discoveries.get(issuer, async () => ({
      value: withKnownMethod(await discover(ctx.outbound.ask, issuer)),
      lifetimeMs: discoveryLifetimeMs,
    }))
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause
    const details = noteProviderFault(ctx, { slug: 'google' }, { endpoint: 'discovery document', cause })
    throw ctx.fault('oauth:invalid_auth_url', { cause, details })
  }
}

function findGithub(config: Config): Provider | undefined {
  const { githubClientId: clientId, githubClientSecret: clientSecret, githubUrl, githubApiUrl } = config
  if (clientId === undefined || clientSecret === undefined) return undefined
  return {
    id: 'github',
    slug: 'github',
    name: 'GitHub',
    clientId,
    clientSecret,
    appClientIds: [],
    protocol: 'github',
    issuer: githubUrl,
    namespace: githubUrl,
    isOwn: true,
    scopes: githubScopes,
    ...asDocumented,
    endpoints: {
      authorization: `${githubUrl}/login/oauth/authorize`,
      token: `${githubUrl}/login/oauth/access_token`,
      userinfo: `${githubApiUrl}/user`,
      jwks: undefined,
      tokenAuth: 'basic',
      namesIssuer: false,
    },
  }
}

type Row = typeof oauthProviders.$inferSelect

/** The value of `issuer` in this provider's connections. */
export const namespaceOf = ({ namespace, issuer, id }: Pick<Row, 'namespace' | 'issuer' | 'id'>): string =>
  namespace ?? issuer ?? id

/** The associated data of the sealed secret: it can be opened for this provider only. */
export const secretBoxOf = (providerId: string): string => `oauth-provider:${providerId}`

function readProvider({ keyring }: Deps, row: Row): Provider {
  const { id, slug, name, clientId, issuer, scopes } = row
  return {
    id,
    slug,
    name,
    clientId,
    clientSecret: open(keyring, row.sealedClientSecret, secretBoxOf(id)).toString(),
    appClientIds: row.audiences,
    emailVerification: row.emailVerification,
    nonce: row.nonce,
    authorizeParameters: row.authorizeParameters,
    protocol: issuer === null ? 'plain' : 'oidc',
    issuer: issuer ?? id,
    namespace: namespaceOf(row),
    isOwn: false,
    scopes,
    endpoints: {
      authorization: row.authorizationEndpoint,
      token: row.tokenEndpoint,
      userinfo: row.userinfoEndpoint ?? undefined,
      jwks: row.jwksUri ?? undefined,
      tokenAuth: row.tokenAuth,
      namesIssuer: row.namesIssuer,
    },
  }
}

/** What a sign-in page shows, in a fixed order. */
export async function listProviders({ config, db }: Deps): Promise<{ slug: string; name: string }[]> {
  const own = [
    ...(config.googleClientId === undefined ? [] : [{ slug: 'google', name: 'Google' }]),
    ...(config.githubClientId === undefined ? [] : [{ slug: 'github', name: 'GitHub' }]),
  ]
  const registered = await db
    .select({ slug: oauthProviders.slug, name: oauthProviders.name })
    .from(oauthProviders)
    .orderBy(oauthProviders.slug)
  return [...own, ...registered]
}
