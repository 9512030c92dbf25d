// src/router.tsx
import { type ReactNode, useSyncExternalStore } from 'react'

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname)

/** `state` is what one screen hands to the next without showing it in the address. */
export function go(path: string, state: unknown = null): void {
  history.pushState(state, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}

export function Link({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <a
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        go(to)
      }}
    >
      {children}
    </a>
  )
}
