import type { FastifyBaseLogger } from 'fastify'
import type { Keyring } from '../crypto/keyring.ts'
import { open, sealForNow } from '../crypto/sealed-box.ts'
import { describeCause } from '../errors/cause.ts'
import type { SessionCache } from '../ports/session-cache.ts'
import type { Remembered } from './signed-in.ts'

/** Sessions that any process has read, in the cache that all share. */
export type CachedSessions = {
  /** Returns undefined also if the cache cannot be reached or holds something else. */
  find(key: string): Promise<Remembered | undefined>
  store(key: string, session: Remembered, ttlMs: number): void
}

type Deps = { readonly cache: SessionCache; readonly keyring: Keyring; readonly log: FastifyBaseLogger }

/**
 * Version of the entries. Replicas of two versions share a cache: raise this with every change of `Remembered` or
 * `SignedIn`, so that neither version reads the other's entries.
 */
const shape = 4

/**
 * Entries are sealed and bound to their key, so that access to the cache reveals no address and opens no session [D9].
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
        // Without a key to seal with, every process asks PostgreSQL.
        log.warn({ cause: describeCause(error) }, 'a session could not be sealed for the cache')
      }
    },
  }
}

type Times = { createdAt: string | Date; bannedUntil: string | Date | null }

/** Turns times back from strings, as JSON has none. */
function parse(text: string): Remembered {
  const session = JSON.parse(text) as Remembered
  const user = session.value.user as Times
  user.createdAt = new Date(user.createdAt)
  if (user.bannedUntil) user.bannedUntil = new Date(user.bannedUntil)
  return session
}
