import { api, type Me } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'

export const data: Screen = {
  title: 'Your data',
  of: 'account',
  show: (me) => [
    section('Take it with you', paragraph('All that this server knows of you, as one file.'), exportForm()),
    section(
      'Delete your account',
      paragraph('Everything that is yours here is erased, for good. Your handle is given to nobody else.'),
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
      const url = URL.createObjectURL(new Blob([JSON.stringify(all, null, 2)], { type: 'application/json' }))
      element('a', { href: url, download: 'my-data.json' }).click()
      URL.revokeObjectURL(url)
      say('Your data is downloaded.')
    },
  })

const erased = (): void => {
  go('sign-in')
  say('Your account is erased.')
}

/** Whatever the account has to prove that it is its owner; one that has neither is mailed a link. */
function deletionForm({ has_password, totp_enabled }: Me): HTMLFormElement {
  if (has_password) {
    return form({
      fields: [{ name: 'password', label: 'Your password', type: 'password', autocomplete: 'current-password' }],
      submit: 'Delete my account',
      kind: 'danger',
      send: (body) => api.DELETE('/v0/user/me', { body }),
      about: { 'user:invalid_password': 'password', 'user:reauthentication_required': 'password' },
      done: erased,
    })
  }
  if (totp_enabled) {
    return form({
      fields: [{ name: 'totp_code', label: 'Code of your authenticator app', autocomplete: 'one-time-code' }],
      submit: 'Delete my account',
      kind: 'danger',
      send: (body) => api.DELETE('/v0/user/me', { body }),
      about: { 'totp:invalid_code': 'totp_code', 'user:reauthentication_required': 'totp_code' },
      done: erased,
    })
  }
  return form({
    submit: 'Mail me a link to delete my account',
    kind: 'danger',
    send: () => api.DELETE('/v0/user/me', { body: {} }),
    done: () => say('A link to delete your account is on its way.'),
  })
}
