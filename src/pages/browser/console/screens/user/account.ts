import { grantRole, revokeRole } from '../../account-acts.ts'
import { changeAddress, editProfile, sendPasswordLink } from '../../account-repairs.ts'
import { badge, element, section, theirs, verbatim } from '../../elements.ts'
import { facts } from '../../facts.ts'
import { moment, number, text, wordFor } from '../../language.ts'
import { linkTo } from '../../places.ts'
import type { Tab, User } from './tab.ts'

export const account: Tab = {
  name: 'account',
  title: 'user.account',
  least: 'mod',
  show: (user, { operator }) => [
    section(text('user.account'), known(user), operator.roles.includes('admin') && acts(user)),
  ],
}

const known = (user: User): HTMLElement =>
  facts(
    [text('users.email'), theirs(user.email)],
    [text('user.id'), verbatim(user.id)],
    [text('users.role'), user.roles.map((role) => badge(wordFor('role', role)))],
    [text('user.ban_state'), user.ban && describeBan(user.ban)],
    [text('reason.locked'), user.locks.map(({ of, until }) => element('div', {}, `${of} · ${moment(until)}`))],
    [text('user.bio'), user.bio !== undefined && theirs(user.bio)],
    [text('page.language'), user.locale !== undefined && verbatim(user.locale)],
    [text('users.created'), moment(user.created_at)],
    [text('users.seen'), user.last_seen_at !== undefined && moment(user.last_seen_at)],
    [text('users.factors'), user.factors.map((one) => wordFor('factor', one)).join(', ')],
    [text('user.sessions'), tabLink(user, 'sessions', user.counts.sessions)],
    [text('user.devices'), tabLink(user, 'sessions', user.counts.devices)],
    [text('mails.waiting'), number(user.counts.waiting_mails)],
  )

const describeBan = ({ reason, expires_at }: NonNullable<User['ban']>): HTMLElement =>
  element(
    'span',
    {},
    badge(expires_at === undefined ? text('user.for_good') : moment(expires_at), 'bad'),
    ' ',
    theirs(reason ?? ''),
  )

const tabLink = ({ id }: User, tab: string, count: number): HTMLElement =>
  element('a', { href: linkTo(['user', id, tab]) }, number(count))

const acts = (user: User): HTMLElement =>
  element(
    'div',
    { class: 'acts' },
    editProfile(user),
    changeAddress(user),
    sendPasswordLink(user),
    grantRole(user, user.roles),
    revokeRole(user, user.roles),
  )
