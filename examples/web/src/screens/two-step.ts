import type { DataOf } from 'postern/client'
import { api } from '../api.ts'
import { element, paragraph, section, unseen } from '../elements.ts'
import { form } from '../form.ts'
import { copyButton, download } from '../keep.ts'
import { later } from '../later.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { appCode, eitherCode } from '../usual-fields.ts'

export const twoStep: Screen = {
  title: 'Two-step sign-in',
  of: 'account',
  show: () => [later(state(), 'rows')],
}

async function state(): Promise<Node[]> {
  const { data, error } = await api.GET('/v0/auth/totp/status')
  if (error) return [failure(error)]
  return data.enabled ? whileOn(data.backup_codes_remaining ?? 0) : whileOff()
}

function whileOff(): Node[] {
  const start = section(
    'Two-step sign-in is off',
    paragraph('Turn it on to sign in with your password and a code from an app on your phone.'),
    paragraph('Someone who steals your password still cannot get in.'),
    form({
      submit: 'Set up',
      send: () => fresh(() => api.POST('/v0/auth/totp/setup')),
      done: (data) => showSecret(start, data),
    }),
  )
  return [start]
}

function showSecret(
  start: Element,
  { qr_code_base64, qr_code_uri, secret }: DataOf<'POST', '/v0/auth/totp/setup'>,
): void {
  const picture = `data:image/png;base64,${qr_code_base64}`
  const enable = form({
    fields: [appCode],
    submit: 'Turn on',
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
    // Nobody can scan the screen of the phone in their hand.
    element('a', { class: 'on-phones', href: qr_code_uri }, 'Open in your authenticator app'),
    paragraph('Or enter this key in the app: ', element('code', { class: 'secret' }, spaced(secret))),
    element('div', { class: 'tools' }, copyButton('the key', secret)),
    enable,
  )
}

const spaced = (secret: string): string => secret.replace(/.{4}(?=.)/g, '$& ')

function showBackupCodes(from: Element, codes: readonly string[]): void {
  const list = codes.map((code) => element('li', {}, element('code', {}, code)))
  const text = codes.join('\n')
  const save = element(
    'button',
    { type: 'button', class: 'quiet', click: () => download('backup-codes.txt', `${text}\n`, 'text/plain') },
    'Download',
    unseen(' the backup codes'),
  )
  const kept = (): void => {
    go('two-step')
    say('Two-step sign-in is on.')
  }
  step(
    from,
    'Save your backup codes',
    paragraph('Use one to sign in when you do not have your phone. Each works once. You will not see them again.'),
    element('ul', { class: 'codes' }, ...list),
    element('div', { class: 'tools' }, copyButton('the backup codes', text), save),
    element('button', { type: 'button', click: kept }, 'I have saved them'),
  )
}

function whileOn(left: number): Node[] {
  const renewal = form({
    fields: [appCode],
    submit: 'Get new backup codes',
    kind: 'quiet',
    send: (body) => api.POST('/v0/auth/totp/backup-codes/regenerate', { body }),
    about: { 'totp:invalid_code': 'code' },
    done: ({ backup_codes }, _values, made) => showBackupCodes(made.parentElement ?? made, backup_codes),
  })
  const off = form({
    fields: [eitherCode('code')],
    submit: 'Turn off',
    kind: 'danger',
    send: (body) => api.POST('/v0/auth/totp/disable', { body }),
    about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
    done: () => {
      go('two-step')
      say('Two-step sign-in is off.')
    },
  })
  return [
    section('Two-step sign-in is on', paragraph('When you sign in, we ask for a code from your authenticator app.')),
    section('Backup codes', paragraph(`You have ${left} left. New codes replace the old ones.`), renewal),
    section('Turn off two-step sign-in', off),
  ]
}
