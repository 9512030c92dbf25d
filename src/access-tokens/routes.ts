import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { findCredential, signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { clearCookie, readCookie, setCookie } from '../http/cookies.ts'
import { revokeRefreshToken } from './end-family.ts'
import type { Grant } from './grant.ts'
import { issueTokens, issueTokensRefusals } from './issue.ts'
import { refresh, refreshRefusals } from './refresh.ts'

const grant = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'seconds' }),
    refresh_token: z.string().optional().meta({ description: 'absent if it comes as a cookie' }),
  })
  .meta({ id: 'TokenGrant', description: 'An access token, and the refresh token that follows it' })

const refreshBody = z.object({
  refresh_token: z.string().optional().meta({ description: 'takes precedence over the cookie' }),
})

type Way = 'cookie' | 'body'

/**
 * Keeps the refresh token from scripts in browsers: it comes as a cookie unless the client authenticates without
 * cookies [SE2].
 */
function reply200(reply: FastifyReply, { config }: Deps, { way, granted }: { way: Way; granted: Grant }): FastifyReply {
  const { accessToken, expiresInSeconds, refreshToken, rememberMe } = granted
  const inBody = { access_token: accessToken, token_type: 'Bearer' as const, expires_in: expiresInSeconds }
  if (way === 'body') return reply.code(200).send({ ...inBody, refresh_token: refreshToken })
  const maxAgeSeconds = rememberMe ? config.refreshTokenTtlSeconds : undefined
  setCookie(reply, config, { name: 'refresh_token', value: refreshToken, maxAgeSeconds })
  return reply.code(200).send(inBody)
}

export function accessTokenRoutes(app: App, deps: Deps): void {
  const issueFault = faults(...issueTokensRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/token',
    config: { access: 'session', codes: issueFault.codes },
    schema: {
      operationId: 'createToken',
      summary: 'Get an access token of the session, and a refresh token',
      tags: ['tokens'],
      response: { 200: grant },
    },
    handler: async (request, reply) => {
      const way = findCredential(request, deps.config)?.source === 'cookie' ? 'cookie' : 'body'
      const granted = await issueTokens({ ...deps, fault: issueFault }, signedInUser(request))
      return reply200(reply, deps, { way, granted })
    },
  })
  refreshRoutes(app, deps)
  app.route({
    method: 'GET',
    url: '/.well-known/jwks.json',
    // Services that check tokens fetch the keys for all their users from one address.
    config: { access: 'public', limit: 'none', database: 'none' },
    schema: {
      operationId: 'getKeys',
      summary: 'Get the public keys of access tokens',
      tags: ['tokens'],
      response: { 200: jwks },
    },
    handler: async (_request, reply) => {
      const keys = deps.signingKeys.published()
      const use = { use: 'sig', alg: 'EdDSA' } as const
      // A copy may be five minutes old, as the next key is published long before it signs.
      reply.header('cache-control', 'public, max-age=300')
      return { keys: keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, ...use })) }
    },
  })
}

const jwks = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      kid: z.string(),
      use: z.literal('sig'),
      alg: z.literal('EdDSA'),
    }),
  ),
})

function refreshRoutes(app: App, deps: Deps): void {
  const fault = faults('user:no_refresh_token', ...refreshRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/token/refresh',
    config: { access: 'public', codes: fault.codes },
    schema: {
      operationId: 'refreshToken',
      summary: 'Exchange a refresh token for its successor and a new access token',
      tags: ['tokens'],
      body: refreshBody,
      response: { 200: grant },
    },
    handler: async (request, reply) => {
      const sent = findRefreshToken(request, deps, request.body.refresh_token)
      if (sent === undefined) throw fault('user:no_refresh_token')
      const granted = await refresh({ ...deps, fault }, { text: sent.text, client: callerOf(request) })
      return reply200(reply, deps, { way: sent.way, granted })
    },
  })
  const revokeFault = faults('user:no_refresh_token')
  app.route({
    method: 'POST',
    url: '/v0/auth/token/revoke',
    config: { access: 'public', codes: revokeFault.codes },
    schema: {
      operationId: 'revokeToken',
      summary: 'End a refresh token and its whole family',
      tags: ['tokens'],
      body: refreshBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const sent = findRefreshToken(request, deps, request.body.refresh_token)
      if (sent === undefined) throw revokeFault('user:no_refresh_token')
      await revokeRefreshToken(deps, sent.text)
      if (sent.way === 'cookie') clearCookie(reply, deps.config, 'refresh_token')
      return reply.code(204).send()
    },
  })
}

/** Prefers the token in the body to the cookie. The response returns the new token in the same way. */
function findRefreshToken(
  request: FastifyRequest,
  { config }: Deps,
  inBody: string | undefined,
): { readonly way: Way; readonly text: string } | undefined {
  if (inBody !== undefined) return { way: 'body', text: inBody }
  const inCookie = readCookie(request, config, 'refresh_token')
  return inCookie === undefined ? undefined : { way: 'cookie', text: inCookie }
}
