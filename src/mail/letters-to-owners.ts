import type { Shown } from '../credentials/methods.ts'
import type { OwnerContent, Removed } from './content.ts'
import { inUtc, type Letter, oneLine } from './letter.ts'

export function letterToOwner(content: OwnerContent): Letter {
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
    case 'first_password':
      return {
        subject: 'Set a password for your account',
        paragraphs: [
          'A password was asked for your account, which has none, nor another service through which it can be signed in to. To set one, open this link:',
          { link: content.link },
          'If it was not you, there is nothing to do.',
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

function listRemoved({ since, removed }: Extract<OwnerContent, { template: 'taken_back' }>): string {
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
