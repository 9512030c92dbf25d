import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { consoleFinder } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { clearCookie, setCookie } from '../http/cookies.ts'
import { closeConsole } from './close-console.ts'
import { administrator, presentAdministrator } from './me.ts'
import { openConsole, openConsoleRefusals } from './open-console.ts'

export function consoleSessionRoutes(app: App, deps: Deps): void {
  const { config } = deps
  const fault = faults(...openConsoleRefusals)
  const findFormer = consoleFinder(deps)
  app.route({
    method: 'POST',
    url: '/v0/admin/session',
    config: { access: 'session', role: 'mod', fresh: true, setsCookie: true, limit: 'sign-in', codes: fault.codes },
    schema: {
      operationId: 'openConsole',
      summary: 'Open a console session; requires a session with two factors',
      tags: ['admin'],
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const opening = { former: await findFormer(request), client: callerOf(request) }
      const token = await openConsole({ ...deps, fault }, signedInUser(request), opening)
      setCookie(reply, config, { name: 'admin_id', value: token })
      return reply.code(204).send()
    },
  })
  app.route({
    method: 'DELETE',
    url: '/v0/admin/session',
    config: { access: 'console', evenBanned: true },
    schema: {
      operationId: 'closeConsole',
      summary: 'End the console session',
      tags: ['admin'],
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await closeConsole(deps, signedInUser(request), callerOf(request))
      clearCookie(reply, config, 'admin_id')
      return reply.code(204).send()
    },
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/me',
    config: { access: 'console', role: 'mod' },
    schema: {
      operationId: 'getAdministrator',
      summary: 'Get who has the console session, and what they may do',
      tags: ['admin'],
      response: { 200: administrator },
    },
    handler: (request) => presentAdministrator(deps.db, signedInUser(request)),
  })
}
