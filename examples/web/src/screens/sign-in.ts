import { finishWithPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { phrase, text } from '../language.ts'
import { go, handedTo, linkTo, type SignIn } from '../places.ts'
import type { Screen } from '../screen.ts'
import { eitherCode, email, password, rememberMe } from '../usual-fields.ts'
import { goOn } from './go-on.ts'
import { arrive } from './offer-passkey.ts'
import { passkeySignIn } from './passkey-sign-in.ts'
import { providerButtons } from './provider-buttons.ts'

export const signIn: Screen = {
  title: 'action.sign_in',
  of: 'guest',
  show: () => {
    const byPassword = form({
      fields: [
        { ...email(), autocomplete: 'username webauthn' },
        password('password', text('field.password')),
        rememberMe(),
      ],
      submit: text('action.sign_in'),
      send: (values) => api.POST('/v0/auth/login', { body: credentialsOf(values) }),
      leads: { 'user:not_verified': (values) => go('check-mail', { email: values.email, isSignIn: true }) },
      done: (outcome, values) => (outcome ? goOn(outcome, credentialsOf(values)) : arrive()),
    })
    return [
      byPassword,
      passkeySignIn(() => byPassword.querySelector<HTMLInputElement>('[name=remember_me]')?.checked ?? false),
      paragraph(element('a', { href: linkTo('forgot-password') }, text('sign_in.forgot'))),
      paragraph(element('a', { href: linkTo('sign-in-by-email') }, text('sign_in.by_email'))),
      providerButtons(),
      paragraph(
        ...phrase('sign_in.new_here', { link: element('a', { href: linkTo('sign-up') }, text('sign_in.create')) }),
      ),
    ]
  },
}

const credentialsOf = ({ remember_me, ...rest }: Readonly<Record<keyof SignIn, string>>): SignIn => ({
  ...rest,
  remember_me: remember_me !== '',
})

export const secondStep: Screen = {
  title: 'sign_in.second_step',
  of: 'guest',
  show: () => {
    const handed = handedTo('second-step')
    if (!handed) return [paragraph(element('a', { href: linkTo('sign-in') }, text('link.start_again')))]
    const { temp_token, methods } = handed
    return [
      ...(methods.includes('passkey') ? [passkeyStep(temp_token)] : []),
      form({
        fields: [eitherCode('code')],
        submit: text('action.continue'),
        send: ({ code }) => api.POST('/v0/auth/totp/verify', { body: { temp_token, code } }),
        about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
        done: (outcome) => goOn(outcome),
      }),
      paragraph(element('a', { href: linkTo('sign-in') }, text('link.back'))),
    ]
  },
}

const passkeyStep = (temp_token: string): HTMLFormElement =>
  form({
    submit: text('action.use_passkey'),
    send: () => finishWithPasskey(api, { temp_token }),
    done: (outcome) => goOn(outcome),
  })
