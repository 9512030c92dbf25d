import { type FastifyContextConfig, fastify, type RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { guardRoutes } from '../../src/guards/guards.ts'
import { startApp, type TestApp } from '../support/app.ts'

let app: TestApp
const routes: RouteOptions[] = []
beforeAll(async () => {
  app = await startApp()
  const again = await buildApp(app.deps, { onRoute: (route) => routes.push(route) })
  await again.ready()
  await again.close()
})
afterAll(() => app.close())

const named = ({ method, url }: RouteOptions) => `${String(method)} ${url}`
const thatAre = (impersonated: FastifyContextConfig['impersonated']) =>
  routes
    .filter(({ method, config }) => method !== 'HEAD' && config?.impersonated === impersonated)
    .map(named)
    .toSorted()

/** A new route that is open to an administrator in the account of a user has its line here, after some thought. */
const open = [
  'GET /v0/auth/check',
  'GET /v0/auth/devices',
  'GET /v0/auth/oauth/connections',
  'GET /v0/auth/passkeys',
  'GET /v0/auth/sessions',
  'GET /v0/auth/totp/status',
  'GET /v0/events',
  'GET /v0/user/me',
  'GET /v0/user/me/security-events',
  'POST /v0/auth/logout',
]

const unlessReadOnly = [
  'DELETE /v0/user/me/banner-image',
  'DELETE /v0/user/me/profile-image',
  'PATCH /v0/user/me',
  'POST /v0/user/me/banner-image',
  'POST /v0/user/me/profile-image',
]

describe('what an administrator in the account of a user may do [AD5]', () => {
  test('is to read what the owner reads, and to leave', () => expect(thatAre('open')).toEqual(open))

  test('is to change the profile, unless to read was all that was asked for', () =>
    expect(thatAre('unless read-only')).toEqual(unlessReadOnly))

  test('is nothing else where a session of a user counts', () => {
    const bySession = routes.filter(({ config }) => config?.declaredCodes?.has('session:expired'))
    const others = bySession.filter(
      ({ url, config }) =>
        config?.access !== 'console' && !url.endsWith('/authorize') && config?.impersonated === undefined,
    )
    expect(others.map(named)).toEqual([])
    expect(thatAre('refused').length).toBeGreaterThan(25)
  })

  test.each([
    ['demands a fresh session', { access: 'session', fresh: true, impersonated: 'open' }],
    ['demands a role', { access: 'session', role: 'mod', impersonated: 'unless read-only' }],
    ['takes no session', { access: 'public', impersonated: 'open' }],
  ] as const)('a route that %s cannot say that it is theirs: the server does not start', (_, config) => {
    const own = fastify()
    guardRoutes(own, app.deps)
    const route = () => own.route({ method: 'GET', url: '/new', config, handler: () => 'new' })
    expect(route).toThrow('GET /new says what an impersonation may do where none may do anything')
  })
})
