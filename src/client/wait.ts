/** Gives the promise's value. Returns undefined as soon as the signal aborts. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T | undefined> {
  let stop = (): void => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
  })
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/**
 * Aborts the controller with the signal, until the returned function is called. Not AbortSignal.any: Node may collect
 * the signal that it returns before that signal has fired.
 */
export function abortWith(signal: AbortSignal | undefined, own: AbortController): () => void {
  const abort = (): void => own.abort()
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return () => signal?.removeEventListener('abort', abort)
}

/** With a longer delay a timer fires at once. */
const longestTimerMs = 2 ** 31 - 1

/** Waits for the seconds that a server asked for, or until the signal aborts. */
export async function sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(seconds * 1000, longestTimerMs))
  })
  await unlessAborted(signal, over)
  clearTimeout(timer)
}
