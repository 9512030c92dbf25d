/** Other conversations kept their places for too long. */
class NoPlaceError extends Error {
  constructor() {
    super('Other conversations with the mail server took too long')
  }
}

export type Place = {
  /** Notes that the mail server has greeted this conversation and lets it send. */
  noteGreeted(): void
  /** Gives the place back; further calls do nothing. */
  giveBack(): void
}

export type Places = {
  /** Takes a place, or waits for its turn if places are few. @throws {NoPlaceError} */
  take(withinMs: number): Promise<Place>
  noteSuccess(): void
  /** Whether the mail server has conversations of ours now, or had until a moment ago. */
  hasOthers(): boolean
  /** Notes that the mail server refused one conversation more than it takes. */
  learn(): void
  areFew(): boolean
}

const forgottenAfterMs = 7_200_000
/** A mail server notices the end of a conversation a little later than we do. */
const lingersMs = 1000

/**
 * The places for conversations with a mail server: as many as are wanted, until it says that these are too many [AT1].
 */
export function learnedPlaces(now: () => number = () => performance.now()): Places {
  const waiting = new Set<() => void>()
  let learned = { most: Number.POSITIVE_INFINITY, until: 0 }
  let open = 0
  let greeted = 0
  let lastSuccessAt = Number.NEGATIVE_INFINITY

  const areFew = () => now() < learned.until
  const hasPlace = () => !areFew() || open < learned.most
  const wake = () => {
    for (const start of waiting) {
      if (!hasPlace()) return
      waiting.delete(start)
      open++
      start()
    }
  }
  const opened = (): Place => {
    const gone = new AbortController()
    gone.signal.addEventListener('abort', () => {
      open--
      wake()
    })
    return {
      noteGreeted: () => {
        greeted++
        gone.signal.addEventListener('abort', () => greeted--)
      },
      giveBack: () => gone.abort(),
    }
  }
  return {
    areFew,
    hasOthers: () => greeted > 0 || now() - lastSuccessAt < lingersMs,
    noteSuccess: () => {
      lastSuccessAt = now()
    },
    learn: () => {
      learned = { most: Math.max(greeted, 1), until: now() + forgottenAfterMs }
    },
    take: async (withinMs) => {
      if (waiting.size === 0 && hasPlace()) {
        open++
        return opened()
      }
      const turn = Promise.withResolvers<void>()
      waiting.add(turn.resolve)
      const timer = setTimeout(() => {
        if (waiting.delete(turn.resolve)) turn.reject(new NoPlaceError())
      }, withinMs)
      try {
        await turn.promise
      } finally {
        clearTimeout(timer)
      }
      return opened()
    },
  }
}
