import { withPasskey } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { download } from '../keep.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { resend } from '../resend.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { eitherCode, password } from '../usual-fields.ts'

export const data: Screen = {
  title: 'Your data',
  of: 'account',
  show: (me) => [
    section('Download your data', paragraph('Everything this server knows about you, in one file.'), exportForm()),
    section(
      'Delete your account',
      paragraph(
        'This permanently deletes everything you have here and cannot be undone. Nobody else can take your handle.',
      ),
      deletionForm(me),
    ),
  ],
}

const exportForm = (): HTMLFormElement =>
  form({
    submit: 'Download',
    kind: 'quiet',
    send: () => fresh(() => api.GET('/v0/user/me/export')),
    done: (all) => {
      download('my-data.json', JSON.stringify(all, null, 2), 'application/json')
      say('Your data has been downloaded.')
    },
  })

const erased = (): void => {
  go('sign-in')
  say('Your account has been deleted.')
}

const mailLink = () => api.DELETE('/v0/user/me', { body: {} })

/** Whatever the account has to prove that it is its owner; one that has nothing is mailed a link. */
function deletionForm({ has_password, passkeys, totp_enabled, email }: Me): HTMLFormElement {
  if (has_password) {
    return form({
      fields: [password('password', 'Your password')],
      username: email,
      submit: 'Delete my account',
      kind: 'danger',
      send: (body) => api.DELETE('/v0/user/me', { body }),
      about: { 'user:invalid_password': 'password', 'user:reauthentication_required': 'password' },
      done: erased,
    })
  }
  if (passkeys > 0) {
    return form({
      submit: 'Delete my account with a passkey',
      kind: 'danger',
      send: () => withPasskey(api, (credential, init) => api.DELETE('/v0/user/me', { ...init, body: { credential } })),
      done: erased,
    })
  }
  if (totp_enabled) {
    return form({
      fields: [eitherCode('totp_code')],
      submit: 'Delete my account',
      kind: 'danger',
      send: (body) => api.DELETE('/v0/user/me', { body }),
      about: {
        'totp:invalid_code': 'totp_code',
        'totp:backup_code_exhausted': 'totp_code',
        'user:reauthentication_required': 'totp_code',
      },
      done: erased,
    })
  }
  return form({
    submit: 'Email me a link to delete my account',
    kind: 'danger',
    send: mailLink,
    done: (_data, _values, made) =>
      step(
        made.parentElement ?? made,
        'Check your email',
        paragraph('We sent a link to ', element('strong', {}, email), '. Open it to delete your account.'),
        resend({ send: mailLink, said: 'We sent you a new link.' }),
      ),
  })
}
