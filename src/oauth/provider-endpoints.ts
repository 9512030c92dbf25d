import { lookup } from 'node:dns/promises'
import type { Context } from '../context.ts'
import { OutboundError } from '../outbound/ask.ts'
import { literalAddress } from '../outbound/policy.ts'
import { within } from '../waiting/within.ts'
import { discover, withKnownMethod } from './discovery.ts'
import { noteProviderFault } from './provider-answer.ts'

/** Either an issuer, whose discovery document names the endpoints, or the endpoints themselves. */
export type EndpointWish = {
  readonly issuer?: string | undefined
  readonly authorizationEndpoint?: string | undefined
  readonly tokenEndpoint?: string | undefined
  readonly userinfoEndpoint?: string | undefined
}

export const findEndpointsRefusals = [
  'general:bad_request',
  'oauth:invalid_auth_url',
  'oauth:invalid_token_url',
] as const

type FindEndpointsRefusal = (typeof findEndpointsRefusals)[number]

/** Returns the columns of a provider's row that hold its endpoints, after checking each URL. */
export async function findEndpoints(ctx: Context<FindEndpointsRefusal>, slug: string, wish: EndpointWish) {
  const { issuer, authorizationEndpoint, tokenEndpoint, userinfoEndpoint } = wish
  if (issuer !== undefined) return discoverEndpoints(ctx, slug, issuer)
  const required = { authorizationEndpoint, tokenEndpoint, userinfoEndpoint }
  const names = { authorizationEndpoint: 'authorization_endpoint', tokenEndpoint: 'token_endpoint' } as const
  const missing = Object.entries({ ...names, userinfoEndpoint: 'userinfo_endpoint' }).filter(
    ([field]) => !required[field as keyof typeof required],
  )
  if (!(authorizationEndpoint && tokenEndpoint && userinfoEndpoint)) {
    throw ctx.fault('general:bad_request', {
      details: 'Send an issuer, or the three endpoints.',
      fields: missing.map(([, name]) => ({ path: `/${name}`, rule: 'required' as const })),
    })
  }
  checkAuthUrl(ctx, names.authorizationEndpoint, authorizationEndpoint)
  await checkTokenUrl(ctx, names.tokenEndpoint, tokenEndpoint)
  await checkTokenUrl(ctx, 'userinfo_endpoint', userinfoEndpoint)
  return {
    issuer: null,
    authorizationEndpoint,
    tokenEndpoint,
    userinfoEndpoint,
    jwksUri: null,
    tokenAuth: 'basic' as const,
    namesIssuer: false,
  }
}

async function discoverEndpoints(
  ctx: Context<'oauth:invalid_auth_url' | 'oauth:invalid_token_url'>,
  slug: string,
  issuer: string,
) {
  checkAuthUrl(ctx, 'issuer', issuer)
  try {
    const found = withKnownMethod(await discover(ctx.outbound.askGuarded, issuer))
    checkAuthUrl(ctx, 'authorization_endpoint', found.authorization)
    await checkTokenUrl(ctx, 'token_endpoint', found.token)
    await checkTokenUrl(ctx, 'jwks_uri', found.jwks)
    if (found.userinfo) await checkTokenUrl(ctx, 'userinfo_endpoint', found.userinfo)
    return {
      issuer,
      authorizationEndpoint: found.authorization,
      tokenEndpoint: found.token,
      userinfoEndpoint: found.userinfo ?? null,
      jwksUri: found.jwks,
      tokenAuth: found.tokenAuth,
      namesIssuer: found.namesIssuer,
    }
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause
    const details = noteProviderFault(ctx, { slug }, { endpoint: 'discovery document', cause })
    throw ctx.fault('oauth:invalid_auth_url', { cause, details })
  }
}

const mustBePlain =
  'must be an absolute https URL without user and fragment (outside production http on loopback passes).'

function checkAuthUrl(ctx: Context<'oauth:invalid_auth_url'>, name: string, url: string): void {
  if (ctx.outboundPolicy.isProviderUrl(url)) return
  throw ctx.fault('oauth:invalid_auth_url', { details: `${name} ${mustBePlain}` })
}

/** Refuses a URL that this server may not send requests to; each later request checks the address it connects to. */
async function checkTokenUrl(ctx: Context<'oauth:invalid_token_url'>, name: string, text: string): Promise<void> {
  const { outboundPolicy: policy } = ctx
  const refusal = (details: string) => ctx.fault('oauth:invalid_token_url', { details: `${name} ${details}` })
  if (!policy.isProviderUrl(text)) throw refusal(mustBePlain)
  const url = new URL(text)
  if (!policy.isUsualPort(url)) throw refusal('must use port 443, or its host be in OUTBOUND_ALLOW.')
  if (policy.isAllowedHost(url.hostname)) return
  const addresses = await addressesOf(url.hostname)
  if (addresses.some((address) => !policy.isAllowedAddress(address)))
    throw refusal('names a host that has an address which is not public.')
}

const lookUpWithinMs = 2000

/** Returns no address if the host cannot be looked up now: it may exist later, and is checked at each request. */
async function addressesOf(hostname: string): Promise<string[]> {
  const literal = literalAddress(hostname)
  if (literal !== undefined) return [literal]
  const found = await within(lookUpWithinMs, lookup(hostname, { all: true })).catch(() => [])
  return found.map(({ address }) => address)
}
