import { finishWithPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo, type SignIn } from '../places.ts'
import type { Screen } from '../screen.ts'
import { eitherCode, email, password } from '../usual-fields.ts'
import { goOn } from './go-on.ts'
import { arrive } from './offer-passkey.ts'
import { passkeySignIn } from './passkey-sign-in.ts'
import { providerButtons } from './provider-buttons.ts'

export const signIn: Screen = {
  title: 'Sign in',
  of: 'guest',
  show: () => {
    const byPassword = form({
      fields: [
        { ...email, autocomplete: 'username webauthn' },
        password('password', 'Password'),
        { name: 'remember_me', label: 'Stay signed in on this device', type: 'checkbox' },
      ],
      submit: 'Sign in',
      send: (values) => api.POST('/v0/auth/login', { body: credentialsOf(values) }),
      leads: { 'user:not_verified': (values) => go('check-mail', { email: values.email, isSignIn: true }) },
      done: (outcome, values) => (outcome ? goOn(outcome, credentialsOf(values)) : arrive()),
    })
    return [
      byPassword,
      passkeySignIn(() => byPassword.querySelector<HTMLInputElement>('[name=remember_me]')?.checked ?? false),
      paragraph(element('a', { href: linkTo('forgot-password') }, 'Forgot your password?')),
      paragraph(element('a', { href: linkTo('sign-in-by-email') }, 'Email me a code instead')),
      providerButtons(),
      paragraph('New here? ', element('a', { href: linkTo('sign-up') }, 'Create an account')),
    ]
  },
}

const credentialsOf = ({ remember_me, ...rest }: Readonly<Record<keyof SignIn, string>>): SignIn => ({
  ...rest,
  remember_me: remember_me !== '',
})

export const secondStep: Screen = {
  title: 'Enter your code',
  of: 'guest',
  show: () => {
    const handed = handedTo('second-step')
    if (!handed) return [paragraph(element('a', { href: linkTo('sign-in') }, 'Please start again'))]
    const { temp_token, methods } = handed
    return [
      ...(methods.includes('passkey') ? [passkeyStep(temp_token)] : []),
      form({
        fields: [eitherCode('code')],
        submit: 'Continue',
        send: ({ code }) => api.POST('/v0/auth/totp/verify', { body: { temp_token, code } }),
        about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
        done: (outcome) => goOn(outcome),
      }),
      paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in')),
    ]
  },
}

const passkeyStep = (temp_token: string): HTMLFormElement =>
  form({
    submit: 'Use a passkey',
    send: () => finishWithPasskey(api, { temp_token }),
    done: (outcome) => goOn(outcome),
  })
