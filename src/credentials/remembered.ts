import { LRUCache } from 'lru-cache'
import type { Memory } from './replicas.ts'
import type { Remembered, SignedIn } from './signed-in.ts'

/** Where sessions were found so far. */
type FoundIn = { memory: number; cache: number; database: number }

export type RememberedSessions = Memory & {
  find(key: string): Remembered | undefined
  /** @returns false where somebody changed it while it was read */
  store(key: string, session: Remembered): boolean
  readonly size: number
  readonly foundIn: FoundIn
}

/** What a session and the answers about it take at least. */
const leastBytes = 2048
const mib = 1024 * 1024

/** Bytes, roughly: what its objects take, and for each character of what is long two in them and two in an answer. */
const sizeOfSession = ({ user }: SignedIn): number =>
  leastBytes +
  4 * (user.email.length + user.displayName.length + (user.bio?.length ?? 0) + (user.banReason?.length ?? 0))

/** Longest age of an entry, so of whatever was read before a change: 30 s, and the statement that read it. */
const changesMatterForMs = 35_000
/**
 * Beyond this many accounts that changed of late, whatever was read before the oldest of them changed counts as
 * changed.
 */
const mostChanges = 10_000

/**
 * Sessions in this process's memory. Those that were read longest ago are dropped first: what is in use is read anew
 * every half a minute.
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

/** Which accounts changed of late: what was read before, and comes in only now, must not be kept. */
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
      // Anew, so that the oldest is always the first.
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
