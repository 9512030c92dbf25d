import { api, type Me } from './api.ts'
import { element, paragraph } from './elements.ts'
import { form } from './form.ts'
import { adopt, moment, openLanguages, type PlainKey, text } from './language.ts'
import { showLanguageChoice } from './language-choice.ts'
import { currentPlace, go, linkTo, onPlace, type Place } from './places.ts'
import { failure, type Screen } from './screen.ts'
import { checkMail, newDevice, resetSent } from './screens/check-mail.ts'
import { data as yourData } from './screens/data.ts'
import { forgotPassword } from './screens/forgot-password.ts'
import { linkedScreens } from './screens/linked.ts'
import { offerPasskey } from './screens/offer-passkey.ts'
import { people } from './screens/people.ts'
import { profile } from './screens/profile.ts'
import { completeSignUp, providerCallback } from './screens/provider-callback.ts'
import { security } from './screens/security.ts'
import { sessions } from './screens/sessions.ts'
import { secondStep, signIn } from './screens/sign-in.ts'
import { signInByEmail, typeCode } from './screens/sign-in-by-email.ts'
import { signUp } from './screens/sign-up.ts'
import { twoStep } from './screens/two-step.ts'
import { say } from './status.ts'

/** The map of the app. */
const screens: Readonly<Record<Place, Screen>> = {
  'sign-up': signUp,
  'check-mail': checkMail,
  'sign-in': signIn,
  'sign-in-by-email': signInByEmail,
  'type-code': typeCode,
  'second-step': secondStep,
  'new-device': newDevice,
  'forgot-password': forgotPassword,
  'reset-sent': resetSent,
  'provider-callback': providerCallback,
  'complete-sign-up': completeSignUp,
  'offer-passkey': offerPasskey,
  ...linkedScreens,
  profile,
  security,
  'two-step': twoStep,
  sessions,
  people,
  data: yourData,
}

const navigation = ['profile', 'security', 'two-step', 'sessions', 'people', 'data'] as const
const nav = document.getElementById('nav') as HTMLElement
const main = document.getElementById('main') as HTMLElement
const banner = document.getElementById('banner') as HTMLElement
let shown = 0

async function show(): Promise<void> {
  const turn = ++shown
  say('')
  main.ariaBusy = 'true'
  // Not /v0/user/me: to a guest it answers 401, which every browser's console shows in red.
  const { data, error } = await api.GET('/v0/auth/session')
  if (turn !== shown) return
  const me = data?.session?.user
  await adopt(me?.locale)
  if (turn !== shown) return
  const place = allowedPlace(me)
  const screen = screens[place]
  const content = error ? [failure(error)] : await contentOf(screen, me)
  // Somebody who is quicker than the network has gone on already.
  if (turn !== shown) return
  showFrame()
  showLanguageChoice(me, show)
  showNavigation(me, place)
  showImpersonation(me)
  const heading = element('h1', { tabindex: '-1' }, text(screen.title))
  document.title = `${text(screen.title)} · Postern`
  main.className = me && screen.of === 'account' ? 'wide' : 'card'
  main.replaceChildren(heading, ...content)
  main.ariaBusy = null
  // Screen readers begin to read here, and the keyboard goes on from here.
  heading.focus()
}

function allowedPlace(me: Me | undefined): Place {
  const place = currentPlace() ?? (me ? 'profile' : 'sign-in')
  const { of } = screens[place]
  if (me && of === 'guest') return 'profile'
  return !me && of === 'account' ? 'sign-in' : place
}

function contentOf(screen: Screen, me: Me | undefined) {
  if (screen.of === 'account') return me ? screen.show(me) : []
  return screen.show(me)
}

/** What stands around every screen. */
function showFrame(): void {
  for (const one of document.querySelectorAll<HTMLElement>('[data-text]'))
    one.textContent = text(one.dataset.text as PlainKey)
  for (const one of document.querySelectorAll<HTMLElement>('[data-label]'))
    one.ariaLabel = text(one.dataset.label as PlainKey)
}

function showNavigation(me: Me | undefined, place: Place): void {
  nav.hidden = me === undefined
  const links = navigation.map((one) =>
    element('a', { href: linkTo(one), 'aria-current': one === place && 'page' }, text(screens[one].title)),
  )
  nav.replaceChildren(...links, me ? signOut() : '')
}

/** On every screen, so that nobody forgets whose account this is. */
function showImpersonation(me: Me | undefined): void {
  const by = me?.impersonated_by
  banner.hidden = by === undefined
  banner.replaceChildren()
  if (me === undefined || by === undefined) return
  const read_only = by.read_only ? 'yes' : 'other'
  const what = text('impersonate.banner', { read_only, handle: me.handle, until: moment(by.ends_at) })
  banner.replaceChildren(paragraph(what), leave())
}

const leave = (): HTMLFormElement =>
  form({
    submit: text('impersonate.leave'),
    kind: 'quiet',
    send: () => api.POST('/v0/auth/logout'),
    done: () => {
      go('sign-in')
      say(text('said.impersonation_left'))
    },
  })

const signOut = (): HTMLFormElement =>
  form({
    submit: text('action.sign_out'),
    kind: 'quiet',
    send: () => api.POST('/v0/auth/logout'),
    done: () => {
      go('sign-in')
      say(text('said.signed_out'))
    },
  })

await openLanguages()
onPlace(show)
await show()
