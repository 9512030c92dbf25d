import { LRUCache } from 'lru-cache'
import type { Memory } from './replicas.ts'
import type { Remembered, SignedIn } from './signed-in.ts'

/** How many sessions were found in each place so far. */
type FoundIn = { memory: number; cache: number; database: number }

export type RememberedSessions = Memory & {
  find(key: string): Remembered | undefined
  /** @returns false if the account changed while the session was read */
  store(key: string, session: Remembered): boolean
  readonly size: number
  readonly foundIn: FoundIn
}

/** The least memory that a session and the cached answers about it take. */
const leastBytes = 2048
const mib = 1024 * 1024

/**
 * Approximate bytes: those of the objects, and for each character of a long text two there and two in a cached answer.
 */
const sizeOfSession = ({ user }: SignedIn): number =>
  leastBytes +
  4 * (user.email.length + user.displayName.length + (user.bio?.length ?? 0) + (user.banReason?.length ?? 0))

/** How long a change must be remembered: an entry lives 30 s at most, and the statement that read it took some time. */
const changesMatterForMs = 35_000
/**
 * Bounds the accounts that changed lately. Beyond it, whatever was read before the oldest of these changes counts as
 * changed.
 */
const mostChanges = 10_000

/**
 * Sessions in this process's memory. The session that was read longest ago is dropped first; sessions in use are read
 * again every 30 s.
 */
export function rememberSessions({ mostMib }: { readonly mostMib: number }): RememberedSessions {
  const keysOf = new Map<string, Set<string>>()
  const sessions =
    mostMib === 0
      ? undefined
      : new LRUCache<string, Remembered>({
          max: (mostMib * mib) / leastBytes,
          maxSize: mostMib * mib,
          sizeCalculation: ({ value }) => sizeOfSession(value),
          dispose: ({ value: { user } }, key) => {
            const keys = keysOf.get(user.id)
            if (keys?.delete(key) && keys.size === 0) keysOf.delete(user.id)
          },
        })
  const changes = rememberChanges()

  return {
    find: (key) => sessions?.peek(key),
    store: (key, session) => {
      const userId = session.value.user.id
      if (session.transaction < changes.lastOf(userId)) return false
      if (sessions === undefined) return true
      sessions.set(key, session)
      if (!sessions.has(key)) return true
      const keys = keysOf.get(userId)
      if (keys) keys.add(key)
      else keysOf.set(userId, new Set([key]))
      return true
    },
    forget: (userIds, transaction) => {
      for (const userId of userIds) {
        changes.note(userId, transaction)
        for (const key of [...(keysOf.get(userId) ?? [])]) sessions?.delete(key)
      }
    },
    forgetAll: (transaction) => {
      changes.noteAll(transaction)
      sessions?.clear()
    },
    foundIn: { memory: 0, cache: 0, database: 0 },
    get size() {
      return sessions?.size ?? 0
    },
  }
}

/**
 * Remembers which accounts changed lately, so that a session read before the change is not kept if it arrives after it.
 */
function rememberChanges() {
  const changes = new Map<string, { readonly transaction: number; readonly at: number }>()
  let all = { transaction: 0, at: 0 }

  function dropOld(): void {
    const tooOld = performance.now() - changesMatterForMs
    for (const [userId, { at, transaction }] of changes) {
      if (at > tooOld && changes.size <= mostChanges) return
      changes.delete(userId)
      if (at <= tooOld) continue
      const { transaction: ofAll, at: allAt } = all.at > tooOld ? all : { transaction, at }
      all = { transaction: Math.max(transaction, ofAll), at: Math.max(at, allAt) }
    }
  }

  return {
    note: (userId: string, transaction: number): void => {
      const known = changes.get(userId)?.transaction ?? 0
      // Deleted first, so that the map stays in order of age.
      changes.delete(userId)
      changes.set(userId, { transaction: Math.max(known, transaction), at: performance.now() })
      dropOld()
    },
    noteAll: (transaction: number): void => {
      changes.clear()
      all = { transaction, at: performance.now() }
    },
    lastOf: (userId: string): number => {
      const tooOld = performance.now() - changesMatterForMs
      const ofUser = changes.get(userId)
      return Math.max(ofUser && ofUser.at > tooOld ? ofUser.transaction : 0, all.at > tooOld ? all.transaction : 0)
    },
  }
}
