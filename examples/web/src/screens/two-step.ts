import type { DataOf } from 'postern/client'
import { api } from '../api.ts'
import { about, element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { copyButton, download } from '../keep.ts'
import { phrase, text } from '../language.ts'
import { later } from '../later.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { appCode, eitherCode } from '../usual-fields.ts'

export const twoStep: Screen = {
  title: 'two_step.title',
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
    text('two_step.off'),
    paragraph(text('two_step.what')),
    paragraph(text('two_step.why')),
    form({
      submit: text('two_step.set_up'),
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
    fields: [appCode()],
    submit: text('two_step.turn_on'),
    send: (body) => fresh(() => api.POST('/v0/auth/totp/enable', { body })),
    about: { 'totp:invalid_code': 'code' },
    done: ({ backup_codes }, _values, made) => showBackupCodes(made.parentElement ?? made, backup_codes),
  })
  step(
    start,
    text('two_step.scan'),
    element('img', {
      class: 'qr',
      src: picture,
      alt: text('two_step.qr'),
      width: '200',
      height: '200',
    }),
    // Nobody can scan the screen of the phone in their hand.
    element('a', { class: 'on-phones', href: qr_code_uri }, text('two_step.open_app')),
    paragraph(...phrase('two_step.enter_key', { key: element('code', { class: 'secret' }, spaced(secret)) })),
    element('div', { class: 'tools' }, copyButton(text('two_step.key'), secret)),
    enable,
  )
}

const spaced = (secret: string): string => secret.replace(/.{4}(?=.)/g, '$& ')

function showBackupCodes(from: Element, codes: readonly string[]): void {
  const list = codes.map((code) => element('li', {}, element('code', {}, code)))
  const all = codes.join('\n')
  const save = element(
    'button',
    { type: 'button', class: 'quiet', click: () => download('backup-codes.txt', `${all}\n`, 'text/plain') },
    text('action.download'),
    about(text('two_step.codes')),
  )
  const kept = (): void => {
    go('two-step')
    say(text('two_step.now_on'))
  }
  step(
    from,
    text('two_step.save_codes'),
    paragraph(text('two_step.codes_use')),
    element('ul', { class: 'codes' }, ...list),
    element('div', { class: 'tools' }, copyButton(text('two_step.codes'), all), save),
    element('button', { type: 'button', click: kept }, text('two_step.codes_saved')),
  )
}

function whileOn(left: number): Node[] {
  const renewal = form({
    fields: [appCode()],
    submit: text('two_step.new_codes'),
    kind: 'quiet',
    send: (body) => api.POST('/v0/auth/totp/backup-codes/regenerate', { body }),
    about: { 'totp:invalid_code': 'code' },
    done: ({ backup_codes }, _values, made) => showBackupCodes(made.parentElement ?? made, backup_codes),
  })
  const off = form({
    fields: [eitherCode('code')],
    submit: text('two_step.turn_off'),
    kind: 'danger',
    send: (body) => api.POST('/v0/auth/totp/disable', { body }),
    about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
    done: () => {
      go('two-step')
      say(text('two_step.now_off'))
    },
  })
  return [
    section(text('two_step.on'), paragraph(text('two_step.on_what'))),
    section(text('two_step.codes'), paragraph(text('two_step.left', { count: left })), renewal),
    section(text('two_step.turn_off_title'), off),
  ]
}
