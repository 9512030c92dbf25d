import { escapeHtml } from '../docs/html.ts'

/** What a mail says, as data; it waits sealed in the outbox. */
export type MailContent =
  | {
      readonly template: 'verify_email'
      readonly to: string
      readonly handle: string
      readonly link: string
      readonly signedUpAt: string
    }
  | { readonly template: 'registered_notice'; readonly to: string }
  | {
      readonly template: 'device_link'
      readonly to: string
      readonly link: string
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    }
  | { readonly template: 'password_reset'; readonly to: string; readonly link: string }
  | { readonly template: 'no_password_notice'; readonly to: string }
  | { readonly template: 'email_change'; readonly to: string; readonly link: string }
  | { readonly template: 'account_deletion'; readonly to: string; readonly link: string }
  | { readonly template: 'email_change_requested'; readonly to: string }
  | { readonly template: 'email_changed_old'; readonly to: string; readonly link: string }
  | { readonly template: 'email_changed_new'; readonly to: string }
  | { readonly template: 'locked_out'; readonly to: string }
  | { readonly template: 'totp_enabled' | 'totp_disabled' | 'backup_codes_regenerated'; readonly to: string }
  | { readonly template: 'oauth_linked' | 'oauth_unlinked'; readonly to: string; readonly provider: string }
  | { readonly template: 'backup_code_used'; readonly to: string; readonly left: number }

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
          `Somebody signed up with this address and the handle ${oneLine(content.handle)} at ${inUtc(content.signedUpAt)}.`,
          'If that was you, open this link to confirm the address:',
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
    case 'device_link':
      return {
        subject: 'Confirm your sign-in on a new device',
        paragraphs: [
          'Your password was entered on a device that is new to your account.',
          'If that was you, open this link on the device that you want to sign in on:',
          { link: content.link },
          'If it was not you, do not click, and change your password: somebody knows it.',
          // Below the link, as its text is a stranger's.
          whereFrom(content),
        ],
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
    case 'no_password_notice':
      return {
        subject: 'Your account has no password',
        paragraphs: [
          'Somebody asked for a new password for your account, which has none: you sign in through another service.',
          'Sign in that way. You can set a password in your account afterwards.',
        ],
      }
  }
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

const notYou = 'If that was not you, set a new password now and end the other sessions: somebody is in your account.'

const inUtc = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/** Text of a stranger's stays on its line, without anything that a terminal or mail program would act on, links included [LG3]. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('://', ' ')
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
