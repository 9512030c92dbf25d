/** What PostgreSQL shows of an account, as far as acts change it: counts of rows, so that a part of an act shows as well. */
export type AccountState = {
  readonly stage: 'none' | 'waiting' | 'live' | 'deleted'
  readonly email: string
  readonly name: string
  readonly passwordVersion: number
  /** Live ones. */
  readonly sessions: number
  readonly devices: number
  readonly refreshTokens: number
  readonly spentRefreshTokens: number
  readonly secrets: number
  readonly isTotpOn: boolean
  readonly backupCodes: number
  readonly pendingLogins: number
  readonly pictures: number
  readonly links: number
  readonly mails: number
  /** By type. */
  readonly events: Readonly<Record<string, number>>
}

export const nobody: AccountState = {
  stage: 'none',
  email: '',
  name: '',
  passwordVersion: 0,
  sessions: 0,
  devices: 0,
  refreshTokens: 0,
  spentRefreshTokens: 0,
  secrets: 0,
  isTotpOn: false,
  backupCodes: 0,
  pendingLogins: 0,
  pictures: 0,
  links: 0,
  mails: 0,
  events: {},
}

type Change = (state: AccountState, details: Readonly<Record<string, string>>) => Partial<AccountState>

const add = (state: AccountState, ...types: string[]): AccountState['events'] => {
  const events = { ...state.events }
  for (const type of types) events[type] = (events[type] ?? 0) + 1
  return events
}

/** What each act does when it is done, whole. */
const changes = {
  signUp: (s, { email = '', name = '' }) => ({
    stage: 'waiting',
    email,
    name,
    links: s.links + 1,
    mails: s.mails + 1,
  }),
  verifyEmail: (s) => ({
    stage: 'live',
    sessions: s.sessions + 1,
    devices: s.devices + 1,
    events: add(s, 'sign_up', 'device_added'),
  }),
  askForDevice: (s) => ({ links: s.links + 1, mails: s.mails + 1 }),
  confirmDevice: (s) => ({
    sessions: s.sessions + 1,
    devices: s.devices + 1,
    events: add(s, 'device_added', 'login_succeeded'),
  }),
  signIn: (s) => ({ sessions: s.sessions + 1, events: add(s, 'login_succeeded') }),
  askForCode: (s) => ({ links: s.links + 1, mails: s.mails + 1, events: add(s, 'email_sign_in_requested') }),
  signInByMail: (s, { device }) => ({
    sessions: s.sessions + 1,
    devices: s.devices + (device === 'new' ? 1 : 0),
    events: add(s, ...(device === 'new' ? ['device_added'] : []), 'login_succeeded'),
  }),
  beginSignIn: (s) => ({ pendingLogins: s.pendingLogins + 1 }),
  signInWithBackupCode: (s) => ({
    sessions: s.sessions + 1,
    backupCodes: s.backupCodes - 1,
    mails: s.mails + 1,
    events: add(s, 'backup_code_used', 'login_succeeded'),
  }),
  changePassword: (s) => ({
    passwordVersion: s.passwordVersion + 1,
    sessions: 1,
    mails: s.mails + 1,
    events: add(s, 'password_changed'),
  }),
  forgotPassword: (s) => ({
    links: s.links + 1,
    mails: s.mails + 1,
    events: add(s, 'password_reset_requested'),
  }),
  resetPassword: (s) => ({
    passwordVersion: s.passwordVersion + 1,
    sessions: 0,
    devices: 0,
    mails: s.mails + 1,
    events: add(s, 'password_reset'),
  }),
  revokeSession: (s) => ({ sessions: s.sessions - 1, events: add(s, 'session_revoked') }),
  logOut: (s) => ({ sessions: s.sessions - 1, events: add(s, 'logout') }),
  grantTokens: (s) => ({ refreshTokens: s.refreshTokens + 1 }),
  refresh: (s) => ({ refreshTokens: s.refreshTokens + 1, spentRefreshTokens: s.spentRefreshTokens + 1 }),
  setUpTotp: () => ({ secrets: 1 }),
  enableTotp: (s) => ({ isTotpOn: true, backupCodes: 10, mails: s.mails + 1, events: add(s, 'totp_enabled') }),
  disableTotp: (s) => ({
    isTotpOn: false,
    secrets: 0,
    backupCodes: 0,
    mails: s.mails + 2,
    events: add(s, 'backup_code_used', 'totp_disabled'),
  }),
  askForEmail: (s) => ({ links: s.links + 1, mails: s.mails + 2, events: add(s, 'email_change_requested') }),
  confirmEmail: (s, { email = '' }) => ({
    email,
    sessions: 0,
    links: s.links + 1,
    mails: s.mails + 2,
    events: add(s, 'email_changed'),
  }),
  rename: (_s, { name = '' }) => ({ name }),
  putPicture: () => ({ pictures: 1 }),
  clearPicture: () => ({ pictures: 0 }),
  deleteAccount: (s) => ({
    ...nobody,
    stage: 'deleted',
    passwordVersion: s.passwordVersion + 1,
    refreshTokens: s.refreshTokens,
    spentRefreshTokens: s.spentRefreshTokens,
    events: add(s, 'deletion_requested'),
  }),
} as const satisfies Record<string, Change>

export type ActName = keyof typeof changes

export const afterAct = (
  state: AccountState,
  name: ActName,
  details: Readonly<Record<string, string>>,
): AccountState => ({ ...state, ...(changes[name] as Change)(state, details) })

export const differingFields = (a: AccountState, b: AccountState): (keyof AccountState)[] =>
  (Object.keys(nobody) as (keyof AccountState)[]).filter((field) => inOrder(a[field]) !== inOrder(b[field]))

export const isSameState = (a: AccountState, b: AccountState): boolean => differingFields(a, b).length === 0

/** PostgreSQL has an order of its own for the keys of an object. */
const inOrder = (value: unknown): string =>
  JSON.stringify(typeof value === 'object' && value !== null ? Object.entries(value).sort() : value)

/** The account that has, had or is to have the handle; all its addresses begin with the handle and a dot. */
export const accountQuery = `
  select coalesce(
      (select case when u.deleted_at is null then 'live' else 'deleted' end from users u where u.handle = $1),
      (select 'waiting' from sign_ups s where s.handle = $1), 'none') as stage,
    coalesce((select u.email from users u where u.handle = $1), (select s.email from sign_ups s where s.handle = $1), '') as email,
    coalesce((select u.display_name from users u where u.handle = $1), (select s.display_name from sign_ups s where s.handle = $1), '') as name,
    coalesce((select u.password_version from users u where u.handle = $1), 0) as "passwordVersion",
    (select count(*)::int from sessions s join users u on u.id = s.user_id where u.handle = $1 and s.ended_at is null) as sessions,
    (select count(*)::int from devices d join users u on u.id = d.user_id where u.handle = $1) as devices,
    (select count(*)::int from refresh_tokens t join refresh_families f on f.id = t.family_id join users u on u.id = f.user_id
      where u.handle = $1) as "refreshTokens",
    (select count(*)::int from refresh_tokens t join refresh_families f on f.id = t.family_id join users u on u.id = f.user_id
      where u.handle = $1 and t.rotated_at is not null) as "spentRefreshTokens",
    (select count(*)::int from totp_secrets t join users u on u.id = t.user_id where u.handle = $1) as secrets,
    coalesce((select u.totp_enabled_at is not null from users u where u.handle = $1), false) as "isTotpOn",
    (select count(*)::int from backup_codes b join users u on u.id = b.user_id where u.handle = $1 and b.used_at is null) as "backupCodes",
    (select count(*)::int from pending_logins p join users u on u.id = p.user_id where u.handle = $1) as "pendingLogins",
    (select count(*)::int from files f join users u on u.id = f.user_id and u.profile_image = f.name where u.handle = $1) as pictures,
    (select count(*)::int from mailed_tokens t where t.address_key like $1 || '.%') as links,
    (select count(*)::int from mails m left join mailed_tokens t on t.id = m.token_id left join users u on u.id = m.user_id
      where m.kind = 'message' and (t.address_key like $1 || '.%' or u.handle = $1)) as mails,
    coalesce((select jsonb_object_agg(e.type, e.n) from (
      select e.type, count(*)::int as n from security_events e join users u on u.id = e.user_id where u.handle = $1 group by e.type
    ) e), '{}') as events`
