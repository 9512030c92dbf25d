import { withPasskey } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { paragraph, section, strong } from '../elements.ts'
import { form } from '../form.ts'
import { download } from '../keep.ts'
import { phrase, text } from '../language.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { resend } from '../resend.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { eitherCode, password } from '../usual-fields.ts'

export const data: Screen = {
  title: 'data.title',
  of: 'account',
  show: (me) => [
    section(text('data.download'), paragraph(text('data.what')), exportForm()),
    section(text('deletion.title'), paragraph(text('data.final')), deletionForm(me)),
  ],
}

const exportForm = (): HTMLFormElement =>
  form({
    submit: text('action.download'),
    kind: 'quiet',
    send: () => fresh(() => api.GET('/v0/user/me/export')),
    done: (all) => {
      download('my-data.json', JSON.stringify(all, null, 2), 'application/json')
      say(text('data.downloaded'))
    },
  })

const erased = (): void => {
  go('sign-in')
  say(text('said.account_deleted'))
}

const mailLink = () => api.DELETE('/v0/user/me', { body: {} })

/** Whatever the account has to prove that it is its owner; one that has nothing is mailed a link. */
function deletionForm({ has_password, passkeys, totp_enabled, email }: Me): HTMLFormElement {
  if (has_password) {
    return form({
      fields: [password('password', text('field.your_password'))],
      username: email,
      submit: text('deletion.submit'),
      kind: 'danger',
      send: (body) => api.DELETE('/v0/user/me', { body }),
      about: { 'user:invalid_password': 'password', 'user:reauthentication_required': 'password' },
      done: erased,
    })
  }
  if (passkeys > 0) {
    return form({
      submit: text('data.by_passkey'),
      kind: 'danger',
      send: () => withPasskey(api, (credential, init) => api.DELETE('/v0/user/me', { ...init, body: { credential } })),
      done: erased,
    })
  }
  if (totp_enabled) {
    return form({
      fields: [eitherCode('totp_code')],
      submit: text('deletion.submit'),
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
    submit: text('data.by_mail'),
    kind: 'danger',
    send: mailLink,
    done: (_data, _values, made) =>
      step(
        made.parentElement ?? made,
        text('mailed.title'),
        paragraph(...phrase('data.link_sent', { address: strong(email) })),
        resend({ send: mailLink, said: text('data.new_link') }),
      ),
  })
}
