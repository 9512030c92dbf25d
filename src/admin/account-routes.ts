import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { eventPage } from '../account/security-events.ts'
import type { Role } from '../accounts/roles.ts'
import { deviceList } from '../credentials/devices.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminRead } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { instantOf } from '../http/list-query.ts'
import { isUuid } from '../http/validation.ts'
import { connectionList } from '../oauth/list-connections.ts'
import { sessionList } from '../sessions/list.ts'
import { accountParams, accountsQuery, historyQuery } from './account-schemas.ts'
import {
  connectionsOf,
  devicesOf,
  historyOf,
  passkeysOf,
  passkeysOfAccount,
  readThingsRefusals,
  sessionsOf,
} from './account-things.ts'
import type { Filters, Status } from './find-accounts.ts'
import { accountPage, listAccounts, listAccountsRefusals, type Wish } from './list-accounts.ts'
import type { Direction, Sort } from './page-cursor.ts'
import { showAccount, showAccountRefusals, shownAccount } from './show-account.ts'

const moderatorRead = { ...adminRead, role: 'mod' } as const

export function accountRoutes(app: App, deps: Deps): void {
  listRoutes(app, deps)
  thingRoutes(app, deps)
}

function filtersOf(query: z.infer<typeof accountsQuery>): Filters {
  const { query: part, email, handle, id, role, status, has } = query
  return {
    query: part,
    email,
    handle,
    id,
    role: role as Role | undefined,
    status: status as Status | undefined,
    has,
    createdAfter: instantOf(query.created_after),
    createdBefore: instantOf(query.created_before),
    seenBefore: instantOf(query.seen_before),
  }
}

function wishOf(query: z.infer<typeof accountsQuery>): Wish {
  const { sort = 'created_at', limit = '20', cursor } = query
  const { direction = sort === 'email' ? 'asc' : 'desc' } = query
  const order = { sort: sort as Sort, direction: direction as Direction }
  return { ...order, filters: filtersOf(query), limit: Number(limit), cursor }
}

function listRoutes(app: App, deps: Deps): void {
  const fault = faults(...listAccountsRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/users',
    config: { ...moderatorRead, codes: fault.codes },
    schema: {
      operationId: 'listAccounts',
      summary: 'Find accounts, and sign-ups that wait',
      tags: ['admin'],
      querystring: accountsQuery,
      response: { 200: accountPage },
    },
    handler: (request) => listAccounts({ ...deps, fault }, signedInUser(request), wishOf(request.query)),
  })
  const showFault = faults(...showAccountRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id',
    config: { ...moderatorRead, codes: showFault.codes },
    schema: {
      operationId: 'showAccount',
      summary: 'Show an account',
      tags: ['admin'],
      params: accountParams,
      response: { 200: shownAccount },
    },
    handler: (request) => {
      const { id } = request.params
      if (!isUuid(id)) throw showFault('user:not_found')
      return showAccount({ ...deps, fault: showFault }, signedInUser(request), id)
    },
  })
}

function thingRoutes(app: App, deps: Deps): void {
  const fault = faults(...readThingsRefusals)
  const ctx = { ...deps, fault }
  const readingOf = (request: FastifyRequest) => {
    const { id } = request.params as z.infer<typeof accountParams>
    if (!isUuid(id)) throw fault('user:not_found')
    return { by: signedInUser(request), userId: id }
  }
  const schema = { tags: ['admin'], params: accountParams }
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/sessions',
    config: { ...moderatorRead, codes: fault.codes },
    schema: {
      ...schema,
      operationId: 'listSessionsOfAccount',
      summary: 'List the live sessions of an account',
      response: { 200: sessionList },
    },
    handler: async (request) => ({ sessions: await sessionsOf(ctx, readingOf(request)) }),
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/devices',
    config: { ...moderatorRead, codes: fault.codes },
    schema: {
      ...schema,
      operationId: 'listDevicesOfAccount',
      summary: 'List the devices that an account knows',
      response: { 200: deviceList },
    },
    handler: async (request) => ({ devices: await devicesOf(ctx, readingOf(request)) }),
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/passkeys',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      ...schema,
      operationId: 'listPasskeysOfAccount',
      summary: 'List the passkeys of an account',
      response: { 200: passkeysOfAccount },
    },
    handler: async (request) => ({ passkeys: await passkeysOf(ctx, readingOf(request)) }),
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/connections',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      ...schema,
      operationId: 'listConnectionsOfAccount',
      summary: 'List the providers that an account is connected with',
      response: { 200: connectionList },
    },
    handler: async (request) => ({ connections: await connectionsOf(ctx, readingOf(request)) }),
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/security-events',
    config: { ...moderatorRead, codes: fault.codes },
    schema: {
      ...schema,
      operationId: 'listSecurityEventsOfAccount',
      summary: 'List what happened to an account, newest first',
      querystring: historyQuery,
      response: { 200: eventPage },
    },
    handler: (request) => {
      const { limit = '20', cursor, types } = request.query
      return historyOf(ctx, readingOf(request), { limit: Number(limit), cursor, types: types?.split(',') })
    },
  })
}
