import { api } from '../api.ts'
import { element, paragraph, section, strong, theirs } from '../elements.ts'
import { form } from '../form.ts'
import { moment, type PlainKey, text } from '../language.ts'
import { later } from '../later.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { programOf } from './program-of.ts'

export const sessions: Screen = {
  title: 'sessions.title',
  of: 'account',
  show: () => [
    section(text('sessions.where'), later(openSessions(), 'rows')),
    section(text('sessions.devices'), paragraph(text('sessions.devices_why')), later(knownDevices(), 'rows')),
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
    ? [paragraph(text('sessions.none'))]
    : [list(data.devices.map((one) => row(one, forgetForm(one))))]
}

type Seen = {
  readonly kind?: string
  readonly last_seen_at: string
  readonly user_agent?: string
  readonly ip_address?: string
  readonly is_current: boolean
}

const list = (rows: readonly HTMLElement[]): HTMLElement => element('ul', { class: 'rows' }, ...rows)

function row(seen: Seen, action: HTMLElement | undefined): HTMLElement {
  const name = strong(nameOf(seen))
  const badge = seen.is_current ? element('span', { class: 'badge' }, text('sessions.this')) : undefined
  const address = seen.ip_address === undefined ? [] : [theirs(seen.ip_address), ' · ']
  return element(
    'li',
    { class: 'row' },
    element('p', {}, name, badge, element('span', {}, ...address, theirs(moment(seen.last_seen_at)))),
    action,
  )
}

const nameOf = ({ kind, user_agent }: Pick<Seen, 'kind' | 'user_agent'>): string =>
  kind === 'impersonation' ? text('sessions.impersonation') : programOf(user_agent)

const news = (what: PlainKey) => () => {
  go('sessions')
  say(text(what))
}

const endForm = ({
  management_id,
  ...seen
}: {
  management_id: string
  kind?: string
  user_agent?: string
}): HTMLFormElement =>
  form({
    submit: text('action.sign_out'),
    what: nameOf(seen),
    kind: 'quiet',
    send: () => api.DELETE('/v0/auth/sessions/{management_id}', { params: { path: { management_id } } }),
    done: news('sessions.ended'),
  })

const endOthersForm = (): HTMLFormElement =>
  form({
    submit: text('sessions.end_others'),
    kind: 'danger',
    send: () => fresh(() => api.POST('/v0/auth/sessions/revoke-others')),
    done: news('sessions.others_ended'),
  })

const forgetForm = ({ id, user_agent }: { id: string; user_agent?: string }): HTMLFormElement =>
  form({
    submit: text('sessions.forget'),
    what: programOf(user_agent),
    kind: 'quiet',
    send: () => api.DELETE('/v0/auth/devices/{id}', { params: { path: { id } } }),
    done: news('sessions.forgotten'),
  })
