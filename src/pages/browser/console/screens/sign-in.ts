import type { DataOf } from '../../../../client/client.ts'
import { finishWithPasskey, signInWithPasskey } from '../../../../client/passkeys.ts'
import { api } from '../api.ts'
import { element, paragraph, theirs } from '../elements.ts'
import { form } from '../form.ts'
import { text } from '../language.ts'
import { type Account, codeField, proofForms } from '../proofs.ts'
import { failure } from '../sentences.ts'

type Content = readonly Node[]
type Outcome = DataOf<'POST', '/v0/auth/login'>

type Door = {
  /** Whether somebody has just gone out by it: then it stays shut until it is pushed. */
  readonly isShut: boolean
  readonly done: () => void
}

/** Opens the console's own session on top of a usual one, asking for no more than is missing. */
export async function signIn({ isShut, done }: Door): Promise<HTMLElement> {
  const place = element('div', { class: 'steps' })
  const show = (content: Content): void => {
    place.replaceChildren(...content)
    place.querySelector<HTMLElement>('input:not([hidden])')?.focus()
  }

  const open = async (): Promise<void> => {
    const { error } = await api.POST('/v0/admin/session')
    if (!error) return done()
    const { data } = await api.GET('/v0/auth/session')
    if (!data?.session) return show(credentials(goOn))
    const account = data.session.user
    if (error.code === 'user:reauthentication_required') return show(confirmation(account, open))
    if (error.code === 'user:second_factor_required') return show(secondFactor(account, open))
    show([failure(error), asSomebodyElse(account)])
  }
  const goOn = (outcome: Outcome): void => {
    if (outcome === undefined) void open()
    else if ('temp_token' in outcome) show(secondStep(outcome, goOn))
    else show(newDevice(open))
  }

  const { data } = await api.GET('/v0/auth/session')
  const account = data?.session?.user
  if (account === undefined) place.replaceChildren(...credentials(goOn))
  else if (isShut) place.replaceChildren(button(text('sign_in.open'), open), asSomebodyElse(account))
  else await open()
  return place

  function asSomebodyElse(account: Account): HTMLElement {
    const leave = form({
      submit: text('sign_in.other'),
      kind: 'quiet',
      send: () => api.POST('/v0/auth/logout'),
      done: () => show(credentials(goOn)),
    })
    return element('div', {}, whoIs(account), leave)
  }

  function confirmation(account: Account, next: () => void): Content {
    const forms = proofForms(account, account.has_password ? ['passkey', 'password'] : ['passkey', 'code'], next)
    return [paragraph(text('sign_in.confirm')), ...forms, asSomebodyElse(account)]
  }

  function secondFactor(account: Account, next: () => void): Content {
    const forms = proofForms(account, ['passkey', 'code'], next)
    const what = text(forms.length === 0 ? 'sign_in.set_up' : 'sign_in.second_factor')
    return [paragraph(what), ...forms, asSomebodyElse(account)]
  }
}

const whoIs = ({ handle }: Account): HTMLElement => paragraph(text('page.who'), ' ', theirs(`@${handle}`))

function credentials(goOn: (outcome: Outcome) => void): Content {
  const byPassword = form({
    fields: [
      { name: 'email', label: text('sign_in.email'), kind: 'email', autocomplete: 'username' },
      { name: 'password', label: text('sign_in.password'), kind: 'password', autocomplete: 'current-password' },
    ],
    submit: text('sign_in.title'),
    send: (body) => api.POST('/v0/auth/login', { body }),
    done: goOn,
  })
  return 'PublicKeyCredential' in globalThis ? [byPassword, passkeyForm(goOn)] : [byPassword]
}

const passkeyForm = (goOn: (outcome: undefined) => void): HTMLFormElement =>
  form({
    submit: text('sign_in.passkey'),
    kind: 'quiet',
    send: () => signInWithPasskey(api),
    done: () => goOn(undefined),
  })

type Pending = Extract<Outcome, { readonly temp_token: string }>

const secondStep = ({ temp_token, methods }: Pending, goOn: (outcome: Outcome) => void): Content => [
  ...(methods.includes('passkey')
    ? [form({ submit: text('sign_in.passkey'), send: () => finishWithPasskey(api, { temp_token }), done: goOn })]
    : []),
  form({
    fields: [codeField()],
    submit: text('action.continue'),
    send: ({ code }) => api.POST('/v0/auth/totp/verify', { body: { temp_token, code } }),
    about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
    done: goOn,
  }),
]

/** The link opens the usual session in this browser, in another tab. */
const newDevice = (open: () => void): Content => [
  paragraph(text('sign_in.new_device')),
  button(text('action.continue'), open),
]

const button = (words: string, click: () => void): HTMLElement => element('button', { type: 'button', click }, words)
