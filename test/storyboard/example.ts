import type { Page } from 'playwright-core'
import type { DataOf } from '../../src/client/client.ts'
import type { Successes } from '../../src/client/testing.ts'
import type { Flow } from './flow.ts'
import { answeringPasskeys, creationOptions, passkeyList, requestOptions } from './passkeys.ts'
import { nameOn } from './words.ts'

// Every call that examples/web makes.

const now = '2026-01-01T12:00:00Z'
const ada: DataOf<'GET', '/v0/user/me'> = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  email: 'ada@example.com',
  handle: 'ada_l',
  display_name: 'Ada Lovelace',
  is_banned: false,
  has_password: true,
  totp_enabled: false,
  passkeys: 0,
  created_at: now,
}
const password = 'correct horse battery'

/** Signed in, as the screens of an account want it. */
function as(user: typeof ada, more: Successes['GET'] = {}): Successes {
  const session = { user, expires_at: now, is_fresh: true, methods: ['password'] as const }
  return { GET: { '/v0/auth/session': { session }, '/v0/user/me': user, ...more } }
}

const provider = { slug: 'acme', name: 'Acme' }
const providers = { '/v0/auth/oauth/providers': { providers: [provider] } }
const connected = { connections: [{ provider: 'acme', email: 'ada@acme.example', created_at: now }] }
const unconnected = { connections: [] }
/** What the security settings ask for by themselves. */
const withConnections = (connections: typeof connected | typeof unconnected) => ({
  ...providers,
  '/v0/auth/passkeys': passkeyList,
  '/v0/auth/oauth/connections': connections,
})
const seen = { created_at: now, last_seen_at: now, user_agent: 'Mozilla/5.0 (Macintosh; Mac OS X) Firefox/140' }
const lists = {
  '/v0/auth/sessions': {
    sessions: [
      { ...seen, management_id: 'one', expires_at: now, max_expires_at: now, is_current: true },
      { ...seen, management_id: 'other', expires_at: now, max_expires_at: now, is_current: false },
    ],
  },
  '/v0/auth/devices': { devices: [{ ...seen, id: 'one', is_current: false }] },
}

const press = (name: string) => async (page: Page) =>
  page
    .getByRole('button', { name: await nameOn(page, name) })
    .first()
    .click()
const fill = (values: Readonly<Record<string, string>>) => async (page: Page) => {
  for (const [label, value] of Object.entries(values))
    await page
      .getByLabel(await nameOn(page, label))
      .first()
      .fill(value)
}
const inTurn =
  (...steps: readonly ((page: Page) => Promise<void>)[]) =>
  async (page: Page) => {
    for (const step of steps) await step(page)
  }
const signIn = inTurn(fill({ 'Email address': ada.email, Password: password }), press('Sign in'))
const authenticator = 'Code from your authenticator app'

const awaited = { code_token: 'pct_x', expires_at: now, resend_at: now }

const app = (place: string): string => `/dev/app#/${place}`
const linked = (page: string): string => `/account/${page}?token=pot_x`

const guests: readonly Flow[] = [
  { name: 'The first page', call: 'GET /v0/auth/session', at: '/dev/app' },
  { name: 'Ways to sign in', call: 'GET /v0/auth/oauth/providers', at: app('sign-in') },
  { name: 'Sign in', call: 'POST /v0/auth/login', at: app('sign-in'), act: signIn },
  {
    name: 'Enter your code',
    call: 'POST /v0/auth/totp/verify',
    at: app('sign-in'),
    given: { POST: { '/v0/auth/login': { temp_token: 'ptt_x', methods: ['totp'] } } },
    open: inTurn(signIn, fill({ [authenticator]: '123456' })),
    act: press('Continue'),
  },
  {
    name: 'Sign in by email',
    call: 'POST /v0/auth/email-sign-in',
    at: app('sign-in-by-email'),
    open: fill({ 'Email address': ada.email }),
    act: press('Email me a code'),
  },
  {
    name: 'Send the code again',
    call: 'POST /v0/auth/mailed-code/resend',
    at: app('sign-in-by-email'),
    given: { POST: { '/v0/auth/email-sign-in': awaited } },
    open: inTurn(fill({ 'Email address': ada.email }), press('Email me a code')),
    act: press('Resend the code'),
  },
  {
    name: 'Create your account',
    call: 'POST /v0/auth/signup',
    at: app('sign-up'),
    open: fill({ 'Email address': ada.email, Name: 'Ada', Handle: 'ada_l', Password: password }),
    act: press('Create account'),
  },
  {
    name: 'Send the link again',
    call: 'POST /v0/auth/resend-verification-email',
    at: app('check-mail'),
    open: fill({ 'Email address': ada.email }),
    act: press('Send the link'),
  },
  {
    name: 'Forgot your password',
    call: 'POST /v0/auth/forgot-password',
    at: app('forgot-password'),
    open: fill({ 'Email address': ada.email }),
    act: press('Send me a link'),
  },
  {
    name: 'To the provider',
    call: 'GET /v0/auth/oauth/{provider}/authorize',
    at: app('sign-in'),
    given: { GET: providers },
    act: press('Continue with Acme'),
  },
  {
    name: 'Back from the provider',
    call: 'POST /v0/auth/oauth/{provider}/login',
    at: '/account/oauth/acme/callback?code=x&state=y',
    given: { POST: { '/v0/auth/oauth/{provider}/login': { temp_token: 'ptt_x', methods: ['totp'] } } },
  },
  {
    name: 'Choose a handle',
    call: 'POST /v0/auth/complete-signup',
    at: '/account/oauth/acme/callback?code=x&state=y',
    given: { POST: { '/v0/auth/oauth/{provider}/login': { pending_token: 'pop_x', email: ada.email } } },
    open: fill({ Name: 'Ada', Handle: 'ada_l' }),
    act: press('Create account'),
  },
]

/** Its second step offers a passkey. */
const waiting = { '/v0/auth/login': { temp_token: 'ptt_x', methods: ['totp', 'passkey'] } } as const
const asked = { '/v0/auth/passkeys/sign-in/options': requestOptions }
const withPasskeys = as({ ...ada, passkeys: 1 }, withConnections(unconnected))
const fresh = { ...withPasskeys, POST: { '/v0/auth/passkeys/reauthentication/options': requestOptions } }
const refusedAsStale = { 'GET /v0/user/me/export': 'user:reauthentication_required' } as const

const passkeys: readonly Flow[] = [
  {
    name: 'Passkeys that are filled in',
    call: 'POST /v0/auth/passkeys/sign-in/options',
    at: app('sign-in'),
  },
  {
    name: 'Sign in with a passkey',
    call: 'POST /v0/auth/passkeys/sign-in',
    at: app('sign-in'),
    given: { POST: asked },
    open: answeringPasskeys,
    act: press('Sign in with a passkey'),
  },
  {
    name: 'A passkey in place of a code: asked',
    call: 'POST /v0/auth/passkeys/second-step/options',
    at: app('sign-in'),
    given: { POST: { ...asked, ...waiting } },
    open: signIn,
    act: press('Use a passkey'),
  },
  {
    name: 'A passkey in place of a code',
    call: 'POST /v0/auth/passkeys/second-step',
    at: app('sign-in'),
    given: { POST: { ...asked, ...waiting, '/v0/auth/passkeys/second-step/options': requestOptions } },
    open: inTurn(answeringPasskeys, signIn),
    act: press('Use a passkey'),
  },
  { name: 'The passkeys', call: 'GET /v0/auth/passkeys', at: app('security'), given: withPasskeys },
  {
    name: 'Add a passkey: asked',
    call: 'POST /v0/auth/passkeys/registration/options',
    at: app('security'),
    given: withPasskeys,
    act: press('Add a passkey'),
  },
  {
    name: 'Add a passkey',
    call: 'POST /v0/auth/passkeys',
    at: app('security'),
    given: { ...withPasskeys, POST: { '/v0/auth/passkeys/registration/options': creationOptions } },
    open: answeringPasskeys,
    act: press('Add a passkey'),
  },
  {
    name: 'Rename a passkey',
    call: 'PATCH /v0/auth/passkeys/{id}',
    at: app('security'),
    given: withPasskeys,
    open: press('Rename Laptop'),
    act: press('Save'),
  },
  {
    name: 'Delete a passkey',
    call: 'DELETE /v0/auth/passkeys/{id}',
    at: app('security'),
    given: withPasskeys,
    act: press('Delete Laptop'),
  },
  {
    name: 'Confirm it’s you, with a passkey: asked',
    call: 'POST /v0/auth/passkeys/reauthentication/options',
    at: app('data'),
    given: withPasskeys,
    refused: refusedAsStale,
    open: press('Download'),
    act: press('Use a passkey'),
  },
  {
    name: 'Confirm it’s you, with a passkey',
    call: 'POST /v0/auth/reauthenticate',
    at: app('data'),
    given: fresh,
    refused: refusedAsStale,
    open: inTurn(answeringPasskeys, press('Download')),
    act: press('Use a passkey'),
  },
  {
    name: 'Change the address, with a passkey',
    call: 'POST /v0/auth/change-email',
    at: app('security'),
    given: { ...as({ ...ada, passkeys: 1, has_password: false }, withConnections(unconnected)), POST: fresh.POST },
    open: inTurn(answeringPasskeys, fill({ 'New email address': 'ada@elsewhere.example' })),
    act: press('Change address with a passkey'),
  },
  {
    name: 'Delete the account, with a passkey',
    call: 'DELETE /v0/user/me',
    at: app('data'),
    given: { ...as({ ...ada, passkeys: 1, has_password: false }), POST: fresh.POST },
    open: answeringPasskeys,
    act: press('Delete my account with a passkey'),
  },
]

const mailed: readonly Flow[] = [
  { name: 'Verify', call: 'POST /v0/auth/verify-email', at: linked('verify-email'), act: press('Verify my address') },
  {
    name: 'Sign in by a mailed link',
    call: 'POST /v0/auth/email-sign-in/verify',
    at: linked('email-sign-in'),
    act: press('Yes, sign me in'),
  },
  {
    name: 'New device',
    call: 'POST /v0/auth/device/verify',
    at: linked('verify-device'),
    act: press('Yes, sign me in'),
  },
  {
    name: 'Choose a new password',
    call: 'POST /v0/auth/reset-password',
    at: linked('reset-password'),
    open: fill({ 'New password': password }),
    act: press('Save password'),
  },
  {
    name: 'Confirm a new address',
    call: 'POST /v0/auth/confirm-email-change',
    at: linked('confirm-email-change'),
    act: press('Confirm this address'),
  },
  {
    name: 'Restore the old address',
    call: 'POST /v0/auth/undo-email-change',
    at: linked('undo-email-change'),
    act: press('Undo the change'),
  },
  {
    name: 'Confirm the deletion',
    call: 'POST /v0/user/me/deletion/confirm',
    at: linked('confirm-deletion'),
    act: press('Delete my account'),
  },
  {
    name: 'Open somebody else’s account',
    call: 'POST /v0/auth/impersonation',
    at: '/account/impersonate#token=pih_x',
    act: press('Open the account'),
  },
  {
    name: 'Accept an invitation',
    call: 'POST /v0/auth/accept-invitation',
    at: linked('accept-invitation'),
    open: fill({ Name: 'Ada', Handle: 'ada_l', Password: password }),
    act: press('Create account'),
  },
]

const totpOn = { '/v0/auth/totp/status': { enabled: true, backup_codes_remaining: 9 } }
const totpOff = { '/v0/auth/totp/status': { enabled: false } }
/** One grey point. */
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='
const setUp = { qr_code_base64: picture, qr_code_uri: 'otpauth://totp/x', secret: 'JBSWY3DPEHPK3PXP' }

const twoStep: readonly Flow[] = [
  { name: 'Two-step sign-in', call: 'GET /v0/auth/totp/status', at: app('two-step'), given: as(ada, totpOff) },
  {
    name: 'Set up',
    call: 'POST /v0/auth/totp/setup',
    at: app('two-step'),
    given: as(ada, totpOff),
    act: press('Set up'),
  },
  {
    name: 'Turn on',
    call: 'POST /v0/auth/totp/enable',
    at: app('two-step'),
    given: { ...as(ada, totpOff), POST: { '/v0/auth/totp/setup': setUp } },
    open: inTurn(press('Set up'), fill({ [authenticator]: '123456' })),
    act: press('Turn on'),
  },
  {
    name: 'New backup codes',
    call: 'POST /v0/auth/totp/backup-codes/regenerate',
    at: app('two-step'),
    given: as(ada, totpOn),
    open: fill({ [authenticator]: '123456' }),
    act: press('Get new backup codes'),
  },
  {
    name: 'Turn off',
    call: 'POST /v0/auth/totp/disable',
    at: app('two-step'),
    given: as(ada, totpOn),
    open: async (page) =>
      page
        .getByLabel(await nameOn(page, authenticator))
        .last()
        .fill('123456'),
    act: press('Turn off'),
  },
]

const account: readonly Flow[] = [
  { name: 'Sign out', call: 'POST /v0/auth/logout', at: app('profile'), given: as(ada), act: press('Sign out') },
  { name: 'Save the profile', call: 'PATCH /v0/user/me', at: app('profile'), given: as(ada), act: press('Save') },
  {
    name: 'Upload a picture',
    call: 'POST /v0/user/me/profile-image',
    at: app('profile'),
    given: as(ada),
    act: press('Upload'),
  },
  {
    name: 'Remove the picture',
    call: 'DELETE /v0/user/me/profile-image',
    at: app('profile'),
    given: as({ ...ada, profile_image: '/dev/app/icon.svg' }),
    act: press('Remove picture'),
  },
  {
    name: 'Change the password',
    call: 'POST /v0/auth/change-password',
    at: app('security'),
    given: as(ada, withConnections(unconnected)),
    open: fill({ 'Current password': password, 'New password': password }),
    act: press('Change password'),
  },
  {
    name: 'Set a password',
    call: 'POST /v0/auth/set-initial-password',
    at: app('security'),
    given: as({ ...ada, has_password: false }, withConnections(unconnected)),
    open: fill({ 'New password': password }),
    act: press('Set password'),
  },
  {
    name: 'Change the address',
    call: 'POST /v0/auth/change-email',
    at: app('security'),
    given: as(ada, withConnections(unconnected)),
    open: fill({ 'New email address': 'ada@elsewhere.example', 'Your password': password }),
    act: press('Change address'),
  },
  {
    name: 'Other ways to sign in',
    call: 'GET /v0/auth/oauth/connections',
    at: app('security'),
    given: as(ada, withConnections(unconnected)),
  },
  {
    name: 'Disconnect',
    call: 'POST /v0/auth/oauth/connections/unlink',
    at: app('security'),
    given: as(ada, withConnections(connected)),
    act: press('Disconnect Acme'),
  },
  {
    name: 'Connect: back from the provider',
    call: 'POST /v0/auth/oauth/{provider}/link',
    at: '/dev/app',
    given: { ...as(ada, withConnections(unconnected)), POST: { '/v0/auth/oauth/{provider}/link': undefined } },
    open: async (page) => {
      await page.evaluate("sessionStorage.setItem('postern:intent', 'link')")
      await page.goto(new URL('/account/oauth/acme/callback?code=x&state=y', page.url()).href)
    },
  },
  { name: 'Sessions', call: 'GET /v0/auth/sessions', at: app('sessions'), given: as(ada, lists) },
  { name: 'Devices', call: 'GET /v0/auth/devices', at: app('sessions'), given: as(ada, lists) },
  {
    name: 'End a session',
    call: 'DELETE /v0/auth/sessions/{management_id}',
    at: app('sessions'),
    given: as(ada, lists),
    act: (page) => page.locator('.rows button').first().click(),
  },
  {
    name: 'End all others',
    call: 'POST /v0/auth/sessions/revoke-others',
    at: app('sessions'),
    given: as(ada, lists),
    act: press('Sign out all other sessions'),
  },
  {
    name: 'Forget a device',
    call: 'DELETE /v0/auth/devices/{id}',
    at: app('sessions'),
    given: as(ada, lists),
    act: (page) => page.locator('.rows button').last().click(),
  },
  {
    name: 'Search',
    call: 'GET /v0/search/users',
    at: app('people'),
    given: as(ada),
    open: fill({ 'Name or handle': 'grace' }),
    act: press('Search'),
  },
  { name: 'Download', call: 'GET /v0/user/me/export', at: app('data'), given: as(ada), act: press('Download') },
  {
    name: 'Delete the account',
    call: 'DELETE /v0/user/me',
    at: app('data'),
    given: as(ada),
    open: fill({ 'Your password': password }),
    act: press('Delete my account'),
  },
  {
    name: 'Confirm it’s you',
    call: 'POST /v0/auth/reauthenticate',
    at: app('data'),
    given: as(ada),
    refused: { 'GET /v0/user/me/export': 'user:reauthentication_required' },
    open: inTurn(press('Download'), fill({ Password: password })),
    act: press('Confirm'),
  },
  {
    name: 'Who confirms',
    call: 'GET /v0/user/me',
    at: app('data'),
    given: as(ada),
    refused: { 'GET /v0/user/me/export': 'user:reauthentication_required' },
    act: press('Download'),
  },
]

export default [...guests, ...passkeys, ...mailed, ...account, ...twoStep]
