/**
 * The console's addresses are fragments, `/console#/users?status=banned`: whoever is searched for is in no log of a
 * server or a proxy.
 */
export type Place = {
  /** `['user', '019a…', 'sessions']` */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

export function currentPlace(): Place {
  const [path = '', query = ''] = location.hash.slice(1).split('?', 2)
  return { path: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) }
}

export function linkTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const filled = Object.entries(query).filter(([, value]) => value !== '')
  const search = filled.length === 0 ? '' : `?${new URLSearchParams(filled)}`
  return `#/${path.map(encodeURIComponent).join('/')}${search}`
}

export function go(link: string): void {
  if (link === location.hash) dispatchEvent(new Event('place'))
  else location.hash = link
}

/** Shows the place anew, as after an act that changed what it shows. */
export const showAgain = (): void => go(location.hash)

/** What is filtered is in the address, so that it can be shared and gone back to; each letter is no step back. */
export const rewrite = (link: string): void => history.replaceState(null, '', link)

/** Calls on every change of place, by a link, by `go` or by the browser's own buttons. */
export function onPlace(show: () => void): void {
  addEventListener('place', show)
  addEventListener('hashchange', show)
}
