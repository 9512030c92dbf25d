import { passkeyCapabilities, registerPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { go, untilLeft } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { passkeyForm } from './passkeys.ts'
import { programOf } from './program-of.ts'

const asked = 'postern:asked-for-passkey'

/** After a sign-in with a password: once in a browser, where the device can keep a passkey and the account has none. */
export async function arrive(): Promise<void> {
  if (localStorage.getItem(asked) === null && (await isWorthIt())) {
    localStorage.setItem(asked, 'yes')
    go('offer-passkey')
  } else go('profile')
}

async function isWorthIt(): Promise<boolean> {
  if (!(await passkeyCapabilities()).thisDevice) return false
  const { data: me } = await api.GET('/v0/user/me')
  return me?.passkeys === 0
}

export const offerPasskey: Screen = {
  title: 'Sign in faster next time',
  of: 'account',
  show: () => {
    void upgrade()
    const leave = () => go('profile')
    const offer = section(
      'Use a passkey instead of your password',
      paragraph('With a passkey you sign in by your fingerprint, your face or the lock of your screen.'),
      paragraph('There is nothing to type and nothing to remember, and no false page can ask you for it.'),
      passkeyForm('Create a passkey', leave),
      element('button', { type: 'button', class: 'quiet', click: leave }, 'Not now'),
    )
    return [offer]
  },
}

/** A password manager that has just filled in the password may add a passkey without asking. */
async function upgrade(): Promise<void> {
  const options = { mediation: 'conditional', name: programOf(navigator.userAgent), signal: untilLeft() } as const
  const { data } = await registerPasskey(api, options)
  if (!data) return
  go('profile')
  say('Your password manager has saved a passkey for you. Next time, sign in with it.')
}
