import { abortWith } from './wait.ts'

type Turn = { readonly end: () => void; readonly over: Promise<void> }

/** The current request: a browser handles one at a time for the whole page. */
let current: Turn | undefined

/** Ends the current request and runs the next. `turn` aborts with `signal`, by `end`, and when another turn begins. */
export async function takeTurn<T>(
  signal: AbortSignal | undefined,
  run: (turn: AbortSignal, end: () => void) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const end = (): void => own.abort()
  let settle = end
  const over = new Promise<void>((resolve) => {
    settle = resolve
  })
  const mine = { end, over }
  current?.end()
  current = mine
  const release = abortWith(signal, own)
  try {
    return await run(own.signal, end)
  } finally {
    release()
    if (current === mine) current = undefined
    settle()
  }
}

/** Resolves when no request is under way. */
export async function untilFree(): Promise<void> {
  while (current) await current.over
}
