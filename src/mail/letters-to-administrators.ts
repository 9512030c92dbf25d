import type { AdministratorContent } from './content.ts'
import { inUtc, type Letter, oneLine } from './letter.ts'

export function letterToAdministrators(content: AdministratorContent): Letter {
  switch (content.template) {
    case 'role_granted':
      return {
        subject: content.role === 'admin' ? 'There is a new administrator' : 'There is a new moderator',
        paragraphs: [whoIsWhat(content), 'If that is as it should be, there is nothing to do.', takeRoleBack(content)],
      }
    case 'admin_way_in':
      return {
        subject: 'The account of an administrator can be opened in a new way',
        paragraphs: [
          `The administrator ${content.handle} ${newWayIn(content)}`,
          'All administrators are told. If that is as it should be, there is nothing to do.',
          `Ask ${content.handle}, but not by mail. If it was somebody else, an operator takes all of it back: npm run admin -- user @${content.handle} take-back.`,
        ],
      }
    case 'provider_registered':
      return {
        subject: 'There is a new sign-in provider',
        paragraphs: [
          `The administrator ${content.by} registered the provider ${content.provider}, which asks ${listPlaces(content)} (email_verification: ${content.emailVerification}). Users can sign up and in through it.`,
          'All administrators are told. If that is as it should be, there is nothing to do.',
          `If it is not, delete it, and let an operator end the sessions of ${content.by}: npm run admin -- user @${content.by} end-sessions.`,
        ],
      }
    case 'provider_deleted':
      return {
        subject: 'A sign-in provider was deleted',
        paragraphs: [
          `The administrator ${content.by} deleted the provider ${content.provider}, which asked ${listPlaces(content)}.`,
          `Accounts that it opened: ${content.accounts}. Of them without another way in than a link to their mailbox: ${content.withoutOtherWay}.`,
          'All administrators are told. If that is as it should be, there is nothing to do.',
          `If it is not, register no provider in its place that you do not know, and let an operator end the sessions of ${content.by}: npm run admin -- user @${content.by} end-sessions.`,
        ],
      }
    case 'provider_moved':
      return {
        subject: 'Somebody else says who your users are',
        paragraphs: [
          `The administrator ${content.by} changed whom the provider ${content.provider} asks, or what it is believed: ${content.changes.map(whatChanged).join('; ')}.`,
          whomItKnows(content),
          'All administrators are told. If that is as it should be, there is nothing to do.',
          `If it is not, change it back: whom it knew before then signs in again. And somebody else is in the account ${content.by}: let an operator end its sessions, npm run admin -- user @${content.by} end-sessions.`,
        ],
      }
    case 'provider_move_confirmed':
      return {
        subject: 'The move of a sign-in provider was confirmed',
        paragraphs: [
          `An operator confirmed, on the command line, that the provider ${content.provider} is the same at its new place. Accounts that it opens again: ${content.accounts}.`,
          'If you know nothing of it, ask your operator.',
        ],
      }
  }
}

const listPlaces = ({ asks }: { readonly asks: readonly string[] }): string => asks.map(oneLine).join(', ')

type Moved = Extract<AdministratorContent, { template: 'provider_moved' }>

const whatChanged = ({ what, was, is }: Moved['changes'][number]): string =>
  `${what} was ${oneLine(was ?? 'none')} and is ${oneLine(is ?? 'none')}`

function whomItKnows({ provider, accounts, isBack }: Moved): string {
  if (isBack) return 'It asks whom it asked before it moved: whom it knew then signs in again.'
  if (accounts === undefined) return 'Its issuer is the same: whom it knows signs in as before.'
  return `Accounts that it opened: ${accounts}. It opens none of them until its owner links it anew, or an operator confirms that it is the same provider: npm run admin -- providers confirm-move ${provider}.`
}

function newWayIn({
  what,
  provider = '',
  countsAtOnce,
}: Extract<AdministratorContent, { template: 'admin_way_in' }>): string {
  if (what === 'connection') return `can now sign in through ${oneLine(provider)}.`
  if (what === 'password') return 'had no password and has set one.'
  const counts = countsAtOnce
    ? 'by a session that had shown two factors: its codes count as a second one at once.'
    : 'by a session that had shown one factor: its codes count as a second one after 24 hours.'
  return `set up two-step sign-in with an authenticator app, ${counts}`
}

type Granted = Extract<AdministratorContent, { template: 'role_granted' }>

function whoIsWhat({ role, handle, by, until }: Granted): string {
  const who = by === undefined ? 'An operator, on the command line,' : `The administrator ${by}`
  const what = role === 'admin' ? 'an administrator' : 'a moderator'
  return `${who} made the account ${handle} ${what}${until === undefined ? '' : ` until ${inUtc(until)}`}. All administrators are told.`
}

function takeRoleBack({ role, handle, by }: Granted): string {
  const revoke = `npm run admin -- revoke @${handle} ${role}`
  const how =
    role === 'admin'
      ? `only an operator takes it back: ${revoke}.`
      : `take it back where you manage roles, or let an operator do it: ${revoke}.`
  const giver = by === undefined ? '' : ` Then somebody else is in the account ${by}: end its sessions as well.`
  return `If it is not, ${how}${giver}`
}
