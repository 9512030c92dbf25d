import { passkeyCapabilities, registerPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { text } from '../language.ts'
import { keep, recall } from '../memory.ts'
import { go, untilLeft } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { passkeyForm } from './passkeys.ts'
import { programOf } from './program-of.ts'

const asked = 'postern:asked-for-passkey'

/** After a sign-in with a password: once in a browser, where the device can keep a passkey and the account has none. */
export async function arrive(): Promise<void> {
  // A browser that cannot keep that it asked is not asked each time.
  if (recall(asked) === undefined && (await isWorthIt()) && keep(asked, 'yes')) go('offer-passkey')
  else go('profile')
}

async function isWorthIt(): Promise<boolean> {
  if (!(await passkeyCapabilities()).thisDevice) return false
  const { data: me } = await api.GET('/v0/user/me')
  return me?.passkeys === 0
}

export const offerPasskey: Screen = {
  title: 'offer.title',
  of: 'account',
  show: () => {
    void upgrade()
    const leave = () => go('profile')
    const offer = section(
      text('offer.instead'),
      paragraph(text('offer.how')),
      paragraph(text('offer.safe')),
      passkeyForm(text('offer.create'), leave),
      element('button', { type: 'button', class: 'quiet', click: leave }, text('offer.not_now')),
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
  say(text('offer.upgraded'))
}
