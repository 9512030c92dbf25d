import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { changeProvider, changeProviderRefusals } from './change-provider.ts'
import {
  deleteProvider,
  deleteProviderRefusals,
  registerProvider,
  registerProviderRefusals,
} from './manage-providers.ts'
import { newProviderBody, providerChangeBody, shownProvider } from './schemas.ts'
import { listRegistered } from './shown-provider.ts'

const params = z.object({ slug: z.string() })
const access = { access: 'session or console', role: 'admin' } as const

const wishOf = (body: z.infer<typeof providerChangeBody>) => ({
  name: body.name,
  clientId: body.client_id,
  clientSecret: body.client_secret,
  issuer: body.issuer,
  authorizationEndpoint: body.authorization_endpoint,
  tokenEndpoint: body.token_endpoint,
  userinfoEndpoint: body.userinfo_endpoint,
  emailVerification: body.email_verification,
  nonce: body.nonce,
  tokenEndpointAuthMethod: body.token_endpoint_auth_method,
  authorizeParameters: body.authorize_parameters,
  audiences: body.audiences,
  scopes: body.scopes,
  imageHosts: body.image_hosts,
})

export function adminRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/admin/oauth/providers',
    config: access,
    schema: {
      operationId: 'listRegisteredProviders',
      summary: 'List the registered providers, without their secrets',
      tags: ['admin'],
      response: { 200: z.object({ providers: z.array(shownProvider) }) },
    },
    handler: async () => ({ providers: await listRegistered(deps.db) }),
  })
  const newFault = faults(...registerProviderRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/oauth/providers',
    config: { ...access, codes: newFault.codes },
    schema: {
      operationId: 'registerProvider',
      summary: 'Register a provider by its issuer (OIDC) or its endpoints; requires a session with two factors',
      tags: ['admin'],
      body: newProviderBody,
      response: { 201: shownProvider },
    },
    handler: async (request, reply) => {
      const { slug, name, client_id: clientId, client_secret: clientSecret } = request.body
      const wish = { ...wishOf(request.body), slug, name, clientId, clientSecret }
      const by = signedInUser(request)
      const made = await registerProvider({ ...deps, fault: newFault }, by, wish, callerOf(request))
      return reply.code(201).send(made)
    },
  })
  const changeFault = faults(...changeProviderRefusals)
  app.route({
    method: 'PATCH',
    url: '/v0/admin/oauth/providers/:slug',
    config: { ...access, codes: changeFault.codes },
    schema: {
      operationId: 'changeProvider',
      summary:
        'Change a registered provider; its addresses and what is trusted of it require a session with two factors',
      tags: ['admin'],
      params,
      body: providerChangeBody,
      response: { 200: shownProvider },
    },
    handler: (request) => {
      const change = { slug: request.params.slug, wish: wishOf(request.body), client: callerOf(request) }
      return changeProvider({ ...deps, fault: changeFault }, signedInUser(request), change)
    },
  })
  const deleteFault = faults(...deleteProviderRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/oauth/providers/:slug',
    config: { ...access, codes: deleteFault.codes },
    schema: {
      operationId: 'removeProvider',
      summary: 'Remove a registered provider; requires a session with two factors',
      tags: ['admin'],
      params,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const by = signedInUser(request)
      await deleteProvider({ ...deps, fault: deleteFault }, by, request.params.slug, callerOf(request))
      return reply.code(204).send()
    },
  })
}
