import { api } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { later } from '../later.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { programOf } from './program-of.ts'

export const sessions: Screen = {
  title: 'Sessions',
  of: 'account',
  show: () => [
    section('Where you are signed in', later(openSessions(), 'rows')),
    section(
      'Remembered devices',
      paragraph('On any other device, a password alone is not enough: we email you a link first.'),
      later(knownDevices(), 'rows'),
    ),
  ],
}

async function openSessions(): Promise<Node[]> {
  const { data, error } = await api.GET('/v0/auth/sessions')
  if (error) return [failure(error)]
  const rows = data.sessions.map((one) => row(one, one.is_current ? undefined : endForm(one)))
  return data.sessions.length > 1 ? [list(rows), endOthersForm()] : [list(rows)]
}

async function knownDevices(): Promise<Node[]> {
  const { data, error } = await api.GET('/v0/auth/devices')
  if (error) return [failure(error)]
  return data.devices.length === 0
    ? [paragraph('None yet.')]
    : [list(data.devices.map((one) => row(one, forgetForm(one))))]
}

type Seen = {
  readonly last_seen_at: string
  readonly user_agent?: string
  readonly ip_address?: string
  readonly is_current: boolean
}

const list = (rows: readonly HTMLElement[]): HTMLElement => element('ul', { class: 'rows' }, ...rows)

function row(seen: Seen, action: HTMLElement | undefined): HTMLElement {
  const when = new Date(seen.last_seen_at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
  const name = element('strong', {}, programOf(seen.user_agent))
  const badge = seen.is_current ? element('span', { class: 'badge' }, 'this device') : undefined
  const where = [seen.ip_address, when].filter((part) => part !== undefined).join(' · ')
  return element('li', { class: 'row' }, element('p', {}, name, badge, element('span', {}, where)), action)
}

const news = (text: string) => () => {
  go('sessions')
  say(text)
}

const endForm = ({ management_id, user_agent }: { management_id: string; user_agent?: string }): HTMLFormElement =>
  form({
    submit: 'Sign out',
    what: `of ${programOf(user_agent)}`,
    kind: 'quiet',
    send: () => api.DELETE('/v0/auth/sessions/{management_id}', { params: { path: { management_id } } }),
    done: news('That session has been signed out.'),
  })

const endOthersForm = (): HTMLFormElement =>
  form({
    submit: 'Sign out all other sessions',
    kind: 'danger',
    send: () => fresh(() => api.POST('/v0/auth/sessions/revoke-others')),
    done: news('All other sessions have been signed out.'),
  })

const forgetForm = ({ id, user_agent }: { id: string; user_agent?: string }): HTMLFormElement =>
  form({
    submit: 'Forget',
    what: programOf(user_agent),
    kind: 'quiet',
    send: () => api.DELETE('/v0/auth/devices/{id}', { params: { path: { id } } }),
    done: news('We no longer remember that device.'),
  })
