import type { DataOf } from 'postern/client'
import { deletePasskey, listPasskeys, passkeyCapabilities, registerPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { element, paragraph, unseen } from '../elements.ts'
import { form } from '../form.ts'
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
  return works
    ? passkeyForm('Add a passkey', () => go('security'))
    : paragraph('This browser does not support passkeys.')
}

/** Adds one, named after where it was made. */
export const passkeyForm = (submit: string, leave: () => void): HTMLFormElement =>
  form({
    submit,
    send: () => fresh(() => registerPasskey(api, { name: programOf(navigator.userAgent) })),
    done: ({ name }) => {
      leave()
      say(`Your passkey “${name}” is saved. You can sign in with it from now on.`)
    },
  })

const day = (time: string): string => new Date(time).toLocaleDateString([], { dateStyle: 'medium' })

function row(passkey: Passkey): HTMLElement {
  const { name, created_at, last_used_at, backed_up, is_current } = passkey
  const details = [
    `Added ${day(created_at)}`,
    last_used_at === undefined ? 'not used yet' : `last used ${day(last_used_at)}`,
    backed_up ? 'synced' : 'on one device only',
  ]
  const badge = is_current ? element('span', { class: 'badge' }, 'used now') : undefined
  const line = element(
    'li',
    { class: 'row' },
    element('p', {}, element('strong', {}, name), badge, element('span', {}, details.join(' · '))),
    element(
      'button',
      { type: 'button', class: 'quiet', click: () => line.replaceChildren(renaming(passkey)) },
      'Rename',
      unseen(` ${name}`),
    ),
    form({
      submit: 'Delete',
      what: name,
      kind: 'quiet',
      send: () => fresh(() => deletePasskey(api, { id: passkey.id })),
      done: () => {
        go('security')
        say(`The passkey “${name}” no longer signs in.`)
      },
    }),
  )
  return line
}

const renaming = ({ id, name }: Passkey): HTMLFormElement =>
  form({
    fields: [{ name: 'name', label: 'Name of this passkey', value: name }],
    submit: 'Save',
    send: (body) => api.PATCH('/v0/auth/passkeys/{id}', { params: { path: { id } }, body }),
    done: () => {
      go('security')
      say('Saved.')
    },
  })
