'use client'

import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { DataOf, ErrorOf } from './calls.ts'
import type { Client } from './client.ts'

type Answer = DataOf<'getSession'>

/** The user who is signed in, since when, and by which methods. */
export type Session = NonNullable<Answer['session']>

/** The known state. If a later request fails, the state stays and `error` is set. */
type Known = { readonly error?: ErrorOf<'getSession'> | undefined } & (
  | { readonly status: 'loading'; readonly session?: undefined }
  /** No request has succeeded yet; `error` says why the last one failed. */
  | { readonly status: 'failed'; readonly session?: undefined; readonly error: ErrorOf<'getSession'> }
  | { readonly status: 'guest'; readonly session: null }
  | { readonly status: 'signed-in'; readonly session: Session }
)

export type SessionState = Known & {
  /** Asks the server again, for instance after signing in or out. The state stays until the answer arrives. */
  readonly refresh: () => Promise<void>
}

const knownOf = (session: Session | null | undefined): Known => {
  if (session === undefined) return { status: 'loading' }
  return session ? { status: 'signed-in', session } : { status: 'guest', session }
}

const failed = (known: Known, error: ErrorOf<'getSession'>): Known =>
  known.status === 'loading' || known.status === 'failed' ? { status: 'failed', error } : { ...known, error }

const Context = createContext<SessionState | undefined>(undefined)

export type SessionProviderProps = {
  /** One client for the whole application, made outside of components. */
  readonly auth: Pick<Client, 'getSession'>
  /**
   * The session that a server has fetched already, `null` for a guest: the first render is right, and no request is
   * made.
   */
  readonly initial?: Session | null | undefined
  readonly children?: ReactNode
}

/**
 * Knows who is signed in, for all components below it. It makes one request, which logs no error in a guest's console,
 * and another whenever the page comes to the front, as the user may have signed out elsewhere.
 */
export function SessionProvider({ auth, initial, children }: SessionProviderProps) {
  const [known, setKnown] = useState(() => knownOf(initial))
  const [given, setGiven] = useState(initial)
  if (given !== initial) {
    setGiven(initial)
    if (initial !== undefined) setKnown(knownOf(initial))
  }
  /** The latest request; answers to older ones are ignored. */
  const underWay = useRef<AbortController>(undefined)
  /**
   * The client that has answered, so that Strict Mode's second mount asks again only if the first got no answer yet.
   */
  const answered = useRef(initial === undefined ? undefined : auth)

  const refresh = useCallback(async () => {
    underWay.current?.abort()
    const own = new AbortController()
    underWay.current = own
    const { data, error } = await auth.getSession({ signal: own.signal })
    if (underWay.current !== own) return
    underWay.current = undefined
    answered.current = auth
    setKnown((before) => (error ? failed(before, error) : knownOf(data.session)))
  }, [auth])

  useEffect(() => {
    const ask = (): void => {
      if (document.visibilityState === 'visible' && !underWay.current) void refresh()
    }
    // A page from the back/forward cache still shows the state in which it was left.
    const askIfRestored = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) ask()
    }
    if (answered.current !== auth) void refresh()
    window.addEventListener('focus', ask)
    window.addEventListener('pageshow', askIfRestored)
    document.addEventListener('visibilitychange', ask)
    return () => {
      window.removeEventListener('focus', ask)
      window.removeEventListener('pageshow', askIfRestored)
      document.removeEventListener('visibilitychange', ask)
      underWay.current?.abort()
      underWay.current = undefined
    }
  }, [auth, refresh])

  const value = useMemo(() => ({ ...known, refresh }), [known, refresh])
  return createElement(Context.Provider, { value }, children)
}

/** The session's state, the same in every component below the provider. */
export function useSession(): SessionState {
  const state = useContext(Context)
  if (!state) throw new Error('useSession needs a <SessionProvider auth={…}> above it')
  return state
}
