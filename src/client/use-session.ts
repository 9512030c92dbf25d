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

/** Who is signed in, since when and by what. */
export type Session = NonNullable<Answer['session']>

/** What is known: a later request that fails leaves it as it is, and says so by `error`. */
type Known = { readonly error?: ErrorOf<'getSession'> | undefined } & (
  | { readonly status: 'loading'; readonly session?: undefined }
  /** Nothing is known yet, and `error` says why. */
  | { readonly status: 'failed'; readonly session?: undefined; readonly error: ErrorOf<'getSession'> }
  | { readonly status: 'guest'; readonly session: null }
  | { readonly status: 'signed-in'; readonly session: Session }
)

export type SessionState = Known & {
  /** Asks again, as after a sign-in or a sign-out. What was known stays until the answer is there. */
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
  /** One for the whole application, made outside its components. */
  readonly auth: Pick<Client, 'getSession'>
  /** What a server has asked already, `null` for a guest: the first picture is right, and no request is made. */
  readonly initial?: Session | null | undefined
  readonly children?: ReactNode
}

/**
 * Knows who is signed in, for all components below it: by one request, of which a guest's console does not complain,
 * and by another whenever the page comes to the front again, as somebody may have signed out elsewhere.
 */
export function SessionProvider({ auth, initial, children }: SessionProviderProps) {
  const [known, setKnown] = useState(() => knownOf(initial))
  const [given, setGiven] = useState(initial)
  if (given !== initial) {
    setGiven(initial)
    if (initial !== undefined) setKnown(knownOf(initial))
  }
  /** The request under way: what an older one answers was so before. */
  const underWay = useRef<AbortController>(undefined)
  /** The client that has answered, so that Strict Mode's second mount asks only where the first had no time to. */
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
    // A page that was gone back to is as it was left.
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

/** The same in every component below the provider; `failed` where nothing is known. */
export function useSession(): SessionState {
  const state = useContext(Context)
  if (!state) throw new Error('useSession needs a <SessionProvider auth={…}> above it')
  return state
}
