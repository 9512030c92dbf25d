import type { FastifyBaseLogger } from 'fastify'
import type { Keyring } from '../crypto/keyring.ts'
import { open, sealForNow } from '../crypto/sealed-box.ts'
import { describeCause } from '../errors/cause.ts'
import type { SessionCache } from '../ports/session-cache.ts'
import type { Remembered } from './signed-in.ts'

/** What other processes read. */
export type CachedSessions = {
  /** Nothing also where the cache is away or holds something else. */
  find(key: string): Promise<Remembered | undefined>
  store(key: string, session: Remembered, ttlMs: number): void
}

type Deps = { readonly cache: SessionCache; readonly keyring: Keyring; readonly log: FastifyBaseLogger }

/**
 * Of what is remembered. Replicas of two versions share a cache: whoever changes `Remembered` or `SignedIn` counts it
 * up, and neither reads the other's.
 */
const shape = 3

/**
 * Sealed, so that whoever reads or writes the cache gets nobody's address and nobody's session: an entry opens only
 * under its own key [D9].
 */
export function cacheSessions({ cache, keyring, log }: Deps): CachedSessions {
  const associated = (key: string): string => `session cache ${shape} ${key}`
  return {
    find: async (key) => {
      const box = await cache.find(key)
      if (box === undefined) return undefined
      try {
        return parse(open(keyring, box, associated(key)).toString('utf8'))
      } catch (error) {
        log.warn({ cause: describeCause(error) }, 'the session cache holds what Postern did not put there')
        return undefined
      }
    },
    store: (key, session, ttlMs) => {
      try {
        cache.store(key, sealForNow(keyring, JSON.stringify(session), associated(key)), ttlMs)
      } catch (error) {
        // Without a key to seal with every process asks PostgreSQL.
        log.warn({ cause: describeCause(error) }, 'a session could not be sealed for the cache')
      }
    },
  }
}

type Times = { createdAt: string | Date; bannedUntil: string | Date | null }

/** JSON has no times. */
function parse(text: string): Remembered {
  const session = JSON.parse(text) as Remembered
  const user = session.value.user as Times
  user.createdAt = new Date(user.createdAt)
  if (user.bannedUntil) user.bannedUntil = new Date(user.bannedUntil)
  return session
}
