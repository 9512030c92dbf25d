import type { DataOf } from 'postern/client'
import { deletePasskey, listPasskeys, passkeyCapabilities, registerPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { about, element, paragraph, strong } from '../elements.ts'
import { form } from '../form.ts'
import { day, text } from '../language.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure } from '../screen.ts'
import { say } from '../status.ts'
import { programOf } from './program-of.ts'

type Passkey = DataOf<'listPasskeys'>['passkeys'][number]

/** The passkeys of the account, each with what can be done to it. The browser forgets those that are not among them. */
export async function passkeys(): Promise<Node[]> {
  const { data, error } = await listPasskeys(api)
  if (error) return [failure(error)]
  const list = element('ul', { class: 'rows' }, ...data.passkeys.map(row))
  return [...(data.passkeys.length > 0 ? [list] : []), await addition()]
}

async function addition(): Promise<Node> {
  const { passkeys: works } = await passkeyCapabilities()
  return works ? passkeyForm(text('passkeys.add'), () => go('security')) : paragraph(text('passkeys.unsupported'))
}

/** Adds one, named after where it was made. */
export const passkeyForm = (submit: string, leave: () => void): HTMLFormElement =>
  form({
    submit,
    send: () => fresh(() => registerPasskey(api, { name: programOf(navigator.userAgent) })),
    done: ({ name }) => {
      leave()
      say(text('passkeys.saved', { name }))
    },
  })

function row(passkey: Passkey): HTMLElement {
  const { name, created_at, last_used_at, backed_up, is_current } = passkey
  const details = [
    text('passkeys.added', { day: day(created_at) }),
    last_used_at === undefined ? text('passkeys.unused') : text('passkeys.used', { day: day(last_used_at) }),
    text(backed_up ? 'passkeys.synced' : 'passkeys.one_device'),
  ]
  const badge = is_current ? element('span', { class: 'badge' }, text('passkeys.current')) : undefined
  const line = element(
    'li',
    { class: 'row' },
    element('p', {}, strong(name), badge, element('span', {}, details.join(' · '))),
    element(
      'button',
      { type: 'button', class: 'quiet', click: () => line.replaceChildren(renaming(passkey)) },
      text('passkeys.rename'),
      about(name),
    ),
    form({
      submit: text('action.delete'),
      what: name,
      kind: 'quiet',
      send: () => fresh(() => deletePasskey(api, { id: passkey.id })),
      done: () => {
        go('security')
        say(text('passkeys.deleted', { name }))
      },
    }),
  )
  return line
}

const renaming = ({ id, name }: Passkey): HTMLFormElement =>
  form({
    fields: [{ name: 'name', label: text('passkeys.name'), value: name }],
    submit: text('action.save'),
    send: (body) => api.PATCH('/v0/auth/passkeys/{id}', { params: { path: { id } }, body }),
    done: () => {
      go('security')
      say(text('said.saved'))
    },
  })
