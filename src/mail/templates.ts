import { escapeHtml } from '../docs/html.ts'
import type { Shown } from '../sessions/methods.ts'

/** What a mail says, as data; it waits sealed in the outbox. */
export type MailContent =
  | {
      readonly template: 'verify_email'
      readonly to: string
      readonly handle: string
      readonly link: string
      readonly signedUpAt: string
      /** Through whom the account will be signed in to, where it has no password. */
      readonly provider?: string | undefined
    }
  | { readonly template: 'registered_notice'; readonly to: string }
  | {
      readonly template: 'device_link'
      readonly to: string
      readonly link: string
      /** None in a mail that an older version wrote. */
      readonly shown?: Shown | undefined
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    }
  | {
      readonly template: 'new_device'
      readonly to: string
      readonly shown: Shown
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    }
  | { readonly template: 'password_reset'; readonly to: string; readonly link: string }
  | { readonly template: 'first_password'; readonly to: string; readonly link: string }
  | {
      readonly template: 'no_password_notice'
      readonly to: string
      /** None in a mail that an older version wrote. */
      readonly providers?: readonly string[] | undefined
    }
  | { readonly template: 'email_change'; readonly to: string; readonly link: string }
  | { readonly template: 'account_deletion'; readonly to: string; readonly link: string }
  | { readonly template: 'email_change_requested'; readonly to: string }
  | { readonly template: 'email_changed_old'; readonly to: string; readonly link: string }
  | { readonly template: 'email_changed_new'; readonly to: string }
  | { readonly template: 'locked_out'; readonly to: string }
  | { readonly template: 'password_changed' | 'password_set' | 'password_was_reset'; readonly to: string }
  | { readonly template: 'totp_enabled' | 'totp_disabled' | 'backup_codes_regenerated'; readonly to: string }
  | { readonly template: 'oauth_linked' | 'oauth_unlinked'; readonly to: string; readonly provider: string }
  | { readonly template: 'backup_code_used'; readonly to: string; readonly left: number }
  | {
      readonly template: 'taken_back'
      readonly to: string
      readonly link: string
      readonly by: 'owner' | 'operator'
      /** What came after this moment was removed. */
      readonly since: string
      readonly removed: readonly Removed[]
    }
  | {
      readonly template: 'role_granted'
      readonly to: string
      readonly role: 'admin' | 'mod'
      /** Who has it now. */
      readonly handle: string
      /** Who gave it; none of the operator. */
      readonly by?: string | undefined
      readonly until?: string | undefined
    }
  | {
      readonly template: 'admin_way_in'
      readonly to: string
      /** The administrator. */
      readonly handle: string
      readonly what: 'totp' | 'connection' | 'password'
      /** Of a connection: through whom. */
      readonly provider?: string
      /** Of TOTP: whether who set it up had shown two factors. */
      readonly countsAtOnce?: boolean
    }
  | {
      readonly template: 'provider_registered'
      readonly to: string
      /** Its name in paths. */
      readonly provider: string
      /** The administrator. */
      readonly by: string
      /** Its issuer, or its endpoints. */
      readonly asks: readonly string[]
      readonly emailVerification: 'claim' | 'trusted' | 'mail'
    }
  | {
      readonly template: 'provider_deleted'
      readonly to: string
      readonly provider: string
      readonly by: string
      readonly asks: readonly string[]
      /** How many it opened, and how many of them nothing else opens. */
      readonly accounts: number
      readonly withoutOtherWay: number
    }
  | {
      readonly template: 'provider_moved'
      readonly to: string
      /** Its name in paths. */
      readonly provider: string
      /** The administrator. */
      readonly by: string
      readonly changes: readonly { readonly what: string; readonly was: string | null; readonly is: string | null }[]
      /** How many accounts it opened before; none where it is still the same issuer. */
      readonly accounts?: number | undefined
      /** It asks whom it asked before it moved. */
      readonly isBack: boolean
    }
  | {
      readonly template: 'provider_move_confirmed'
      readonly to: string
      readonly provider: string
      readonly accounts: number
    }

/** What opened an account and was taken back. */
export type Removed =
  | { readonly what: 'totp' | 'backup_codes' }
  | { readonly what: 'connection'; readonly provider: string }
  | { readonly what: 'sessions' | 'devices'; readonly count: number }

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

/** Paragraphs of text, among them at most one link. Subjects hold no user's text [EM3]. */
type Letter = { readonly subject: string; readonly paragraphs: readonly (string | { readonly link: string })[] }

export function renderMail(content: MailContent): RenderedMail {
  const { subject, paragraphs } = letterOf(content)
  const text = paragraphs.map((part) => (typeof part === 'string' ? part : part.link)).join('\n\n')
  return { subject, text: `${text}\n`, html: htmlOf(paragraphs) }
}

function letterOf(content: MailContent): Letter {
  switch (content.template) {
    case 'verify_email':
      return {
        subject: 'Confirm your e-mail address',
        paragraphs: [
          `Somebody signed up${through(content)} with this address and the handle ${oneLine(content.handle)} at ${inUtc(content.signedUpAt)}.`,
          `If that was you, open this link${whereItBegan(content)} to confirm the address:`,
          { link: content.link },
          'If it was not you, do not click: without the click no account exists, and the sign-up ends by itself.',
        ],
      }
    case 'registered_notice':
      return {
        subject: 'You already have an account',
        paragraphs: [
          'Somebody tried to sign up with this address, which already has an account here.',
          'If that was you, just sign in; if you forgot the password, ask for a new one on the sign-in page.',
          'If it was not you, there is nothing to do: nothing was changed, and they learned nothing about you.',
        ],
      }
    case 'device_link': {
      const { used, advice } = wayIn(content.shown)
      return {
        subject: 'Confirm your sign-in on a new device',
        paragraphs: [
          `${used} on a device that is new to your account.`,
          'If that was you, open this link on the device that you want to sign in on:',
          { link: content.link },
          `If it was not you, do not click, and ${advice}`,
          // Below the link, as its text is a stranger's.
          whereFrom(content),
        ],
      }
    }
    case 'new_device': {
      const { used, advice } = wayIn(content.shown)
      return {
        subject: 'A sign-in on a new device',
        paragraphs: [
          `${used} to sign in on a device that was new to your account. From now on your account knows it.`,
          'If that was you, there is nothing to do.',
          `If it was not you, end the other sessions of your account, forget that device, and ${advice}`,
          whereFrom(content),
        ],
      }
    }
    case 'password_reset':
      return {
        subject: 'Set a new password',
        paragraphs: [
          'Somebody asked for a new password for your account.',
          'If that was you, open this link to set one:',
          { link: content.link },
          'If it was not you, do not click: your password stays as it is.',
        ],
      }
    case 'email_change':
      return {
        subject: 'Confirm your new e-mail address',
        paragraphs: [
          'Somebody asked to make this the address of their account.',
          'If that was you, open this link to confirm it; you will have to sign in again everywhere:',
          { link: content.link },
          'If it was not you, do not click: nothing changes without it.',
        ],
      }
    case 'account_deletion':
      return {
        subject: 'Confirm the deletion of your account',
        paragraphs: [
          'Somebody who is signed in to your account asked to delete it.',
          'If that was you, open this link: the account and everything in it is erased, for good:',
          { link: content.link },
          'If it was not you, do not click, and end the other sessions of your account.',
        ],
      }
    case 'email_change_requested':
      return {
        subject: 'A new e-mail address was asked for',
        paragraphs: [
          'Somebody who knows your password asked for another address for your account. It changes once the link sent there is opened.',
          'If it was not you, change your password now: that voids the link.',
        ],
      }
    case 'email_changed_old':
      return {
        subject: 'Your e-mail address was changed',
        paragraphs: [
          'Your account has another e-mail address now.',
          'If that was not you, open this link: the account comes back to this address, everybody is signed out, and you set a new password.',
          { link: content.link },
          'If it was you, there is nothing to do.',
        ],
      }
    case 'email_changed_new':
      return {
        subject: 'Your e-mail address was changed',
        paragraphs: [
          'This is the address of your account from now on. You have been signed out everywhere; please sign in again.',
        ],
      }
    case 'locked_out':
      return {
        subject: 'Wrong passwords were tried on your account',
        paragraphs: [
          'Somebody tried wrong passwords or codes on your account, so that every further try has to wait.',
          'If that was you, wait a moment, or ask for a new password on the sign-in page. On a device that your account knows you can sign in all the same.',
          'If it was not you: nobody got in. If others may know your password, set a new one now.',
        ],
      }
    case 'password_changed':
      return {
        subject: 'Your password was changed',
        paragraphs: ['The password of your account was changed. Its other sessions have ended.', notYourPassword],
      }
    case 'password_set':
      return {
        subject: 'Your account has a password now',
        paragraphs: [
          'A first password was set for your account: it can be signed in to with your address and that password as well.',
          notYourPassword,
        ],
      }
    case 'password_was_reset':
      return {
        subject: 'Your password was set anew',
        paragraphs: [
          'A new password was set by a link that was mailed to this address. Everybody is signed out, and no device is known any more.',
          'If that was not you, somebody reads your mails: secure your mailbox first, then ask for a new password on the sign-in page.',
        ],
      }
    case 'totp_enabled':
      return {
        subject: 'Two-step sign-in is on',
        paragraphs: ['From now on your account asks for a code of your authenticator app at every sign-in.', notYou],
      }
    case 'totp_disabled':
      return {
        subject: 'Two-step sign-in is off',
        paragraphs: ['Your account no longer asks for a code at sign-in: the password alone opens it.', notYou],
      }
    case 'backup_codes_regenerated':
      return {
        subject: 'New backup codes were made',
        paragraphs: ['Your account has new backup codes; the old ones no longer work.', notYou],
      }
    case 'backup_code_used':
      return {
        subject: 'A backup code was used',
        paragraphs: [`A backup code of your account was used. Codes that are left: ${content.left}.`, notYou],
      }
    case 'oauth_linked':
      return {
        subject: 'A new way to sign in was added',
        paragraphs: [`Your account can now be signed in to through ${oneLine(content.provider)}.`, notYou],
      }
    case 'oauth_unlinked':
      return {
        subject: 'A way to sign in was removed',
        paragraphs: [`Your account can no longer be signed in to through ${oneLine(content.provider)}.`, notYou],
      }
    case 'taken_back':
      return {
        subject: 'Your account is yours again: set a new password',
        paragraphs: [
          content.by === 'owner'
            ? 'The change of your e-mail address was undone: your account has this address again.'
            : 'An operator took your account back from whoever was in it.',
          'Everybody is signed out, and the password no longer works. Open this link to set a new one:',
          { link: content.link },
          listRemoved(content),
          'What was replaced or switched off since then cannot come back by itself. Once you are in, look at two-step sign-in, its backup codes and the services that you sign in through.',
        ],
      }
    case 'role_granted':
      return {
        subject: content.role === 'admin' ? 'There is a new administrator' : 'There is a new moderator',
        paragraphs: [whoIsWhat(content), 'If that is as it should be, there is nothing to do.', takeRoleBack(content)],
      }
    case 'first_password':
      return {
        subject: 'Set a password for your account',
        paragraphs: [
          'A password was asked for your account, which has none, nor another service through which it can be signed in to. To set one, open this link:',
          { link: content.link },
          'If it was not you, there is nothing to do.',
        ],
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
    case 'no_password_notice':
      return {
        subject: 'Your account has no password',
        paragraphs: [
          `Somebody asked for a new password for your account, which has none: you sign in through ${listServices(content.providers)}.`,
          'Sign in that way. You can set a password in your account afterwards.',
          'If it was not you, there is nothing to do: nothing was changed.',
        ],
      }
  }
}

const listServices = (names: readonly string[] = ['another service']): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(names.map(oneLine))

const through = ({ provider }: { readonly provider?: string | undefined }): string =>
  provider === undefined ? '' : ` through ${oneLine(provider)}`

/** Anywhere else it opens nothing [FD11]. */
const whereItBegan = ({ provider }: { readonly provider?: string | undefined }): string =>
  provider === undefined ? '' : ' in the browser or app that you signed up with'

function listRemoved({ since, removed }: Extract<MailContent, { template: 'taken_back' }>): string {
  const nothing = `Nothing else had been added since ${inUtc(since)}.`
  return removed.length === 0
    ? nothing
    : `Removed: ${removed.map(nameRemoved).join('; ')}. It counts from ${inUtc(since)}.`
}

export function nameRemoved(one: Removed): string {
  switch (one.what) {
    case 'totp':
      return 'two-step sign-in, with its backup codes'
    case 'backup_codes':
      return 'backup codes'
    case 'connection':
      return `the sign-in through ${oneLine(one.provider)}`
    case 'sessions':
      return one.count === 1 ? 'one session' : `${one.count} sessions`
    case 'devices':
      return one.count === 1 ? 'one device' : `${one.count} devices`
  }
}

const listPlaces = ({ asks }: { readonly asks: readonly string[] }): string => asks.map(oneLine).join(', ')

type Moved = Extract<MailContent, { template: 'provider_moved' }>

const whatChanged = ({ what, was, is }: Moved['changes'][number]): string =>
  `${what} was ${oneLine(was ?? 'none')} and is ${oneLine(is ?? 'none')}`

function whomItKnows({ provider, accounts, isBack }: Moved): string {
  if (isBack) return 'It asks whom it asked before it moved: whom it knew then signs in again.'
  if (accounts === undefined) return 'Its issuer is the same: whom it knows signs in as before.'
  return `Accounts that it opened: ${accounts}. It opens none of them until its owner links it anew, or an operator confirms that it is the same provider: npm run admin -- providers confirm-move ${provider}.`
}

function newWayIn({ what, provider = '', countsAtOnce }: Extract<MailContent, { template: 'admin_way_in' }>): string {
  if (what === 'connection') return `can now sign in through ${oneLine(provider)}.`
  if (what === 'password') return 'had no password and has set one.'
  const counts = countsAtOnce
    ? 'by a session that had shown two factors: its codes count as a second one at once.'
    : 'by a session that had shown one factor: its codes count as a second one after 24 hours.'
  return `set up two-step sign-in with an authenticator app, ${counts}`
}

type Granted = Extract<MailContent, { template: 'role_granted' }>

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

/** What was used to come so far, and what to do where that was somebody else [AT19]. */
function wayIn({ methods, provider }: Shown = { methods: [] }): { readonly used: string; readonly advice: string } {
  const through =
    provider === undefined ? 'An account of yours at another service' : `Your ${oneLine(provider)} account`
  const withCode = methods.includes('backup_code')
    ? ' together with a backup code'
    : methods.includes('totp')
      ? ' together with a code of your authenticator app'
      : ''
  const code = withCode === '' ? '' : ' They have your codes too: set up two-step sign-in anew.'
  if (methods.includes('oauth'))
    return {
      used: `${through} was used${withCode}`,
      advice: `secure that account: somebody can sign in with it.${code}`,
    }
  if (methods.includes('password'))
    return { used: `Your password was entered${withCode}`, advice: `change your password: somebody knows it.${code}` }
  return { used: 'Somebody began to sign in to your account', advice: 'change your password: somebody may know it.' }
}

function whereFrom({
  userAgent,
  ipAddress,
}: {
  userAgent?: string | undefined
  ipAddress?: string | undefined
}): string {
  const device = userAgent === undefined ? 'an unknown program' : oneLine(userAgent)
  return `It was ${device}${ipAddress === undefined ? '' : `, at the address ${ipAddress}`}.`
}

/** Whoever cannot sign in any more can do this, too. */
const notYourPassword =
  'If that was not you, somebody is in your account: ask for a new password on the sign-in page. That signs everybody out.'

const notYou = 'If that was not you, set a new password now and end the other sessions: somebody is in your account.'

const inUtc = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/** Text of a stranger's stays on its line, without anything that a terminal, mail program or reader of the link's token would act on [LG3]. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/:\/\/|token=/g, ' ')
    .slice(0, 300)
    .toWellFormed()

function htmlOf(paragraphs: Letter['paragraphs']): string {
  const body = paragraphs.map((part) => {
    if (typeof part === 'string') return `<p>${escapeHtml(part)}</p>`
    const link = escapeHtml(part.link)
    return `<p><a href="${link}">${link}</a></p>`
  })
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title></title></head><body>\n${body.join('\n')}\n</body></html>\n`
}
