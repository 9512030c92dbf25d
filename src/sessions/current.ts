import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import { me, presentMe } from '../accounts/me.ts'
import { isLive } from '../credentials/live.ts'
import type { Database } from '../db/database.ts'
import { methodNames } from '../db/schema/columns.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { Deps } from '../deps.ts'
import type { App } from '../http/app.ts'
import { clearCookie, readCookie } from '../http/cookies.ts'

const current = z
  .object({
    user: me,
    expires_at: z.iso.datetime().meta({ description: 'when the session ends unless it is used before' }),
    is_fresh: z.boolean().meta({ description: 'opened or re-authenticated in the last five minutes' }),
    methods: z.array(z.enum(methodNames)).meta({ description: 'the methods by which the user authenticated' }),
  })
  .meta({ id: 'CurrentSession', description: 'The session of this request' })
  .nullable()

/** The first request of a page: a guest gets a normal answer, not an error that the browser's console shows [FD83]. */
export function currentRoute(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/auth/session',
    // Front-end servers ask for many users from one address.
    config: { access: 'optional', limit: 'none' },
    schema: {
      operationId: 'getSession',
      summary: 'Get who is signed in, or null',
      tags: ['sessions'],
      response: { 200: z.object({ session: current }) },
    },
    handler: async (request, reply) => {
      const { signedIn } = request
      const expiresAt = signedIn && (await findEnd(deps.db, signedIn.sessionId))
      if (signedIn === undefined || expiresAt === undefined) {
        if (readCookie(request, deps.config, 'session_id') !== undefined) clearCookie(reply, deps.config, 'session_id')
        return { session: null }
      }
      return {
        session: {
          user: presentMe(deps.config, signedIn),
          expires_at: expiresAt.toISOString(),
          is_fresh: signedIn.isFresh,
          methods: [...signedIn.methods],
        },
      }
    },
  })
}

/** Returns undefined if the session has ended meanwhile. */
async function findEnd(db: Database, id: string): Promise<Date | undefined> {
  const [row] = await db
    .select({ expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(eq(sessions.id, id), isLive))
  return row?.expiresAt
}
