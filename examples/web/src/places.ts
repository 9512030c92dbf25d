/** Where the page is served; the other addresses of the app are its fragments: `/dev/app#/sign-in`. */
const home = '/dev/app'

/** The pages behind mailed links: `/account/verify-email?token=…`. */
const linkedPlaces = [
  'verify-email',
  'email-sign-in',
  'verify-device',
  'reset-password',
  'confirm-email-change',
  'undo-email-change',
  'confirm-deletion',
  'accept-invitation',
  'impersonate',
] as const

const ownPlaces = [
  'sign-up',
  'check-mail',
  'sign-in',
  'sign-in-by-email',
  'type-code',
  'second-step',
  'new-device',
  'forgot-password',
  'reset-sent',
  'complete-sign-up',
  'offer-passkey',
  'profile',
  'security',
  'two-step',
  'sessions',
  'people',
  'data',
] as const

export type LinkedPlace = (typeof linkedPlaces)[number]
type OwnPlace = (typeof ownPlaces)[number]
export type Place = LinkedPlace | OwnPlace | 'provider-callback'

export type SignIn = { readonly email: string; readonly password: string; readonly remember_me: boolean }

/** What a mailed code is typed with, and when it may be mailed again. */
export type AwaitedCode = { readonly code_token: string; readonly resend_at: string }

/** What one screen hands to the next. Never in the address, as parts of it are secrets; gone with a reload. */
type Handed = {
  'check-mail': { readonly email: string; readonly isSignIn?: boolean; readonly code?: AwaitedCode }
  'type-code': { readonly email: string; readonly code: AwaitedCode }
  'reset-sent': { readonly email: string }
  'new-device': { readonly signIn?: SignIn }
  'second-step': { readonly temp_token: string; readonly methods: readonly string[] }
  'complete-sign-up': { readonly pending_token: string; readonly email: string; readonly suggested_handle?: string }
}

let handed: Partial<Handed> = {}
export const handedTo = <P extends keyof Handed>(place: P): Handed[P] | undefined => handed[place]

export const linkTo = (place: OwnPlace): string => `${home}#/${place}`

/** `undefined` for the app's bare address. */
export function currentPlace(): Place | undefined {
  const { pathname, hash } = location
  if (/^\/account\/oauth\/[^/]+\/callback$/.test(pathname)) return 'provider-callback'
  const linked = linkedPlaces.find((place) => pathname === `/account/${place}`)
  return linked ?? ownPlaces.find((place) => hash === `#/${place}`)
}

/** Leaves a used link behind: going back would only show that it works once. */
export function go<P extends OwnPlace>(place: P, ...[given]: P extends keyof Handed ? [Handed[P]] : []): void {
  handed = given ? { [place]: given } : {}
  if (location.pathname === home) history.pushState(null, '', linkTo(place))
  else history.replaceState(null, '', linkTo(place))
  dispatchEvent(new Event('place'))
}

/** Calls on every change of place, by `go`, by a link or by the browser's own buttons. */
export function onPlace(show: () => void): void {
  addEventListener('place', show)
  addEventListener('hashchange', () => {
    // Whoever leaves by a link or goes back leaves behind what was handed on, a password even.
    handed = {}
    show()
  })
}

/** Aborts when this place is left, however that is. */
export function untilLeft(): AbortSignal {
  const leaving = new AbortController()
  for (const change of ['place', 'hashchange']) {
    addEventListener(change, () => leaving.abort(), { signal: leaving.signal })
  }
  return leaving.signal
}
