import type { DataOf } from 'postern/client'
import { api } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'

export const twoStep: Screen = {
  title: 'Two-step sign-in',
  of: 'account',
  show: async () => {
    const { data, error } = await api.GET('/v0/auth/totp/status')
    if (error) return [failure(error)]
    return data.enabled ? whileOn(data.backup_codes_remaining ?? 0) : whileOff()
  },
}

/** Shows the next of several steps in the same place; the focus goes along. */
function step(from: Element, title: string, ...content: readonly Node[]): void {
  const next = section(title, ...content)
  from.replaceWith(next)
  const heading = next.querySelector('h2')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus()
}

function whileOff(): Node[] {
  const start = section(
    'It is off',
    paragraph(
      'Besides your password, ask for a code from an app on your telephone. A stolen password is then not enough.',
    ),
    form({
      submit: 'Set it up',
      send: () => fresh(() => api.POST('/v0/auth/totp/setup')),
      done: (data) => showSecret(start, data),
    }),
  )
  return [start]
}

function showSecret(start: Element, { qr_code_base64, secret }: DataOf<'POST', '/v0/auth/totp/setup'>): void {
  const picture = `data:image/png;base64,${qr_code_base64}`
  const enable = form({
    fields: [{ name: 'code', label: 'Code from the app', autocomplete: 'one-time-code', hint: 'Six digits.' }],
    submit: 'Switch it on',
    send: (body) => fresh(() => api.POST('/v0/auth/totp/enable', { body })),
    about: { 'totp:invalid_code': 'code' },
    done: ({ backup_codes }, _values, made) => showBackupCodes(made.parentElement ?? made, backup_codes),
  })
  step(
    start,
    'Scan this with your authenticator app',
    element('img', {
      class: 'qr',
      src: picture,
      alt: 'QR code for your authenticator app',
      width: '200',
      height: '200',
    }),
    paragraph('Or type this into the app: ', element('code', { class: 'secret' }, spaced(secret))),
    enable,
  )
}

const spaced = (secret: string): string => secret.replace(/.{4}(?=.)/g, '$& ')

function showBackupCodes(from: Element, codes: readonly string[]): void {
  const list = codes.map((code) => element('li', {}, element('code', {}, code)))
  const kept = (): void => {
    go('two-step')
    say('Two-step sign-in is on.')
  }
  step(
    from,
    'Keep your backup codes',
    paragraph('Each of them works once, when your telephone is not at hand. They are shown only now.'),
    element('ul', { class: 'codes' }, ...list),
    element('button', { type: 'button', click: kept }, 'I have kept them'),
  )
}

function whileOn(left: number): Node[] {
  const fields = [{ name: 'code', label: 'Code from the app', autocomplete: 'one-time-code' }] as const
  const renewal = form({
    fields,
    submit: 'Make new backup codes',
    kind: 'quiet',
    send: (body) => api.POST('/v0/auth/totp/backup-codes/regenerate', { body }),
    about: { 'totp:invalid_code': 'code' },
    done: ({ backup_codes }, _values, made) => showBackupCodes(made.parentElement ?? made, backup_codes),
  })
  const off = form({
    fields: [{ ...fields[0], hint: 'Or one of your backup codes.' }],
    submit: 'Switch it off',
    kind: 'danger',
    send: (body) => api.POST('/v0/auth/totp/disable', { body }),
    about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
    done: () => {
      go('two-step')
      say('Two-step sign-in is off.')
    },
  })
  return [
    section('It is on', paragraph('Signing in asks for a code from your authenticator app.')),
    section('Backup codes', paragraph(`You have ${left} left.`), renewal),
    section('Switch it off', off),
  ]
}
