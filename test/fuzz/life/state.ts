/** What the model believes of the server. Nothing here asks it. */

export type Account = {
  readonly id: string
  email: string
  handle: string
  displayName: string
  bio: string | undefined
  /** Nobody knows it after an undone change of address. */
  password: string | undefined
  isBanned: boolean
  readonly roles: Set<'mod' | 'admin'>
  isDeleted: boolean
  profileImage: string | undefined
  bannerImage: string | undefined
  totp: Totp | undefined
}

export type Totp = {
  secret: string
  isOn: boolean
  /** Whether its codes are a second factor: a session of two set it up, or the operator confirmed it. */
  counts: boolean
  /** The last step that each purpose has accepted. */
  spent: Record<CodePurpose, number>
  unusedCodes: string[]
  usedCodes: string[]
}

export type CodePurpose = 'login' | 'enable' | 'regenerate' | 'disable'

export type Session = {
  readonly token: string
  readonly account: Account
  readonly device: Device | undefined
  /** A code that counts stands behind it as well. */
  showsCode: boolean
  isEnded: boolean
  managementId: string | undefined
}

export type Device = { readonly token: string; readonly account: Account; isKnown: boolean; id: string | undefined }

export type SignUp = {
  readonly email: string
  readonly handle: string
  readonly displayName: string
  readonly password: string
  /** The address had an account: it can never become one. */
  readonly isRegistered: boolean
  isWaiting: boolean
}

export type LinkPurpose = 'verify_email' | 'device_verify' | 'password_reset' | 'email_change' | 'email_undo'

export type Link = {
  readonly purpose: LinkPurpose
  readonly token: string
  readonly address: string
  readonly signUp?: SignUp
  account: Account | undefined
  /** Of a change of address, and of its undoing: what was on when it was asked for. */
  readonly before?: { readonly totp: Totp | undefined; readonly usedCodes: readonly string[] | undefined }
  /** `void`: superseded, or erased with its account. */
  state: 'live' | 'used' | 'void'
}

type PendingLogin = { readonly token: string; readonly account: Account; tries: number; isOver: boolean }

export type Family = {
  readonly session: Session
  /** The last one is the one to use. */
  readonly tokens: string[]
  rotatedAtMs: number
  hasEnded: boolean
}

type AccessToken = { readonly token: string; readonly session: Session }

export type State = {
  readonly accounts: Account[]
  readonly sessions: Session[]
  readonly devices: Device[]
  readonly signUps: SignUp[]
  readonly links: Link[]
  readonly pendingLogins: PendingLogin[]
  readonly families: Family[]
  readonly accessTokens: AccessToken[]
}

export const newState = (): State => ({
  accounts: [],
  sessions: [],
  devices: [],
  signUps: [],
  links: [],
  pendingLogins: [],
  families: [],
  accessTokens: [],
})

/** Its owner can still take it back: nobody else signs up with it. */
export const isKept = ({ links }: State, email: string): boolean =>
  links.some(({ purpose, address, state }) => purpose === 'email_undo' && address === email && state === 'live')

export const findByEmail = (state: State, email: string): Account | undefined =>
  state.accounts.find((one) => !one.isDeleted && one.email === email)

export const findWaiting = (state: State, email: string): SignUp | undefined =>
  state.signUps.find((one) => one.isWaiting && one.email === email)

/** Whose handle it is, in whatever case; a deleted account keeps its own. */
export const isHandleHeld = (
  state: State,
  handle: string,
  { byAccount, byEmail }: { byAccount?: Account; byEmail?: string } = {},
): boolean =>
  state.accounts.some((one) => one !== byAccount && sameHandle(one.handle, handle)) ||
  state.signUps.some((one) => one.isWaiting && one.email !== byEmail && sameHandle(one.handle, handle))

const sameHandle = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

export function endSessions(state: State, account: Account, except?: Session): void {
  for (const one of state.sessions) if (one.account === account && one !== except) one.isEnded = true
}

export function forgetDevices(state: State, account: Account): void {
  for (const one of state.devices) if (one.account === account) one.isKnown = false
}

export function voidLinks(state: State, account: Account, ...purposes: LinkPurpose[]): void {
  for (const one of state.links)
    if (one.account === account && one.state === 'live' && purposes.includes(one.purpose)) one.state = 'void'
}

export function voidSignUpLinks(state: State, signUp: SignUp): void {
  for (const one of state.links) if (one.signUp === signUp && one.state === 'live') one.state = 'void'
}

/** Logins that wait for a link or a code. */
export function endHeldLogins(state: State, account: Account): void {
  voidLinks(state, account, 'device_verify')
  for (const one of state.pendingLogins) if (one.account === account) one.isOver = true
}

export function erase(state: State, account: Account): void {
  const { email } = account
  endSessions(state, account)
  forgetDevices(state, account)
  endHeldLogins(state, account)
  for (const one of state.signUps) if (one.email === email) one.isWaiting = false
  const own = new Set(state.links.filter((one) => one.account === account).map((one) => one.signUp))
  for (const one of state.links) {
    const isOfSignUp = one.signUp !== undefined && (own.has(one.signUp) || (one.address === email && !one.account))
    if (one.account === account || isOfSignUp) one.state = 'void'
  }
  account.roles.clear()
  Object.assign(account, {
    isDeleted: true,
    isBanned: false,
    totp: undefined,
    password: undefined,
    profileImage: undefined,
    bannerImage: undefined,
  })
}
