import { createElement, Fragment, type FunctionComponent, StrictMode, useEffect } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { createClient } from '../../src/client/client.ts'
import { type Session, SessionProvider, useAction, useSession } from '../../src/client/react.ts'
import { createTestingClient, testingFetch } from '../../src/client/testing.ts'

// Runs in Chromium: real React, and what a test needs to look at the hooks of `postern/react`.

type Auth = Pick<ReturnType<typeof createClient>, 'getSession'>

/**
 * Renders the hook, in Strict Mode, below a provider where there is a client, until its effects have run; `states` is what it gave, render
 * by render.
 */
async function renderHook<State>(useHook: () => State, options: { auth?: Auth; initial?: Session | null } = {}) {
  const { auth, ...more } = options
  const states: State[] = []
  let mounts = 0
  const Component: FunctionComponent = () => {
    states.push(useHook())
    useEffect(() => void mounts++, [])
    return null
  }
  const root = createRoot(document.createElement('div'))
  const below = (some: object) =>
    auth ? createElement(SessionProvider, { auth, ...some }, createElement(Component)) : createElement(Component)
  const render = (some: object): void => root.render(createElement(StrictMode, null, below(some)))
  render(more)
  await until(() => mounts === 2)
  const current = (): State => {
    const last = states.at(-1)
    if (last === undefined) throw new Error('nothing has been rendered yet')
    return last
  }
  return { states, current, render, unmount: () => root.unmount() }
}

/** Waits for the condition; it is asked every few milliseconds, so that nothing it may show goes by. */
async function until(isSo: () => unknown): Promise<void> {
  for (const end = performance.now() + 15_000; performance.now() < end; ) {
    try {
      if (isSo()) return
    } catch {
      // Nothing has been rendered yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`it did not come to be: ${isSo}`)
}

/** A fetch whose answers the test gives, in the order that it likes. */
function heldFetch() {
  const held: { readonly request: Request; answer(body: unknown, status?: number): void }[] = []
  const fetch = (request: Request) =>
    new Promise<Response>((resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
      held.push({ request, answer: (body, status = 200) => resolve(Response.json(body, { status })) })
    })
  return { held, fetch }
}

/** What a page shows of the session, twice. */
export function Who() {
  const { status, session } = useSession()
  return createElement('p', null, status, ' ', session?.user.handle)
}
export const page = (auth: Auth, initial?: Session | null) =>
  createElement(SessionProvider, { auth, initial }, createElement(Who), createElement(Who))

/** The page, once its effects have run. */
async function hydrate(initial: Session | null) {
  const problems: string[] = []
  const container = document.getElementById('page') as HTMLElement
  const onRecoverableError = (error: unknown) => void problems.push(String(error))
  let hasRun = false
  // Effects run in the order of the elements.
  const Last: FunctionComponent = () => {
    useEffect(() => {
      hasRun = true
    }, [])
    return null
  }
  const shown = page(createClient({ baseUrl: location.origin }), initial)
  hydrateRoot(container, createElement(Fragment, null, shown, createElement(Last)), { onRecoverableError })
  await until(() => hasRun)
  return { container, problems }
}

const tools = {
  ...{ createClient, createTestingClient, testingFetch, useAction, useSession },
  ...{ renderHook, until, heldFetch, hydrate },
}

declare global {
  /** Set by this script. */
  var kit: typeof tools
}
if ('document' in globalThis) globalThis.kit = tools
