import { type Letter, oneLine } from '../mail/letter.ts'

export const passwordLetters = {
  password_reset: (content: { readonly link: string }): Letter => ({
    subject: 'Set a new password',
    paragraphs: [
      'Somebody asked for a new password for your account.',
      'If this was you, open this link to set one:',
      { link: content.link },
      'If this was not you, do not click: your password stays as it is.',
    ],
  }),
  first_password: (content: { readonly link: string }): Letter => ({
    subject: 'Set a password for your account',
    paragraphs: [
      'Somebody asked for a password for your account, which has neither a password nor another service to ' +
        'sign in through. To set one, open this link:',
      { link: content.link },
      'If this was not you, there is nothing to do.',
    ],
  }),
  no_password_notice: (content: {
    /** Missing in mails that an older version wrote. */
    readonly providers?: readonly string[] | undefined
  }): Letter => ({
    subject: 'Your account has no password',
    paragraphs: [
      'Somebody asked for a new password for your account, which has none: you sign in through ' +
        `${listServices(content.providers)}.`,
      'Sign in that way. You can set a password in your account afterwards.',
      'If this was not you, there is nothing to do: nothing has changed.',
    ],
  }),
  password_changed: (): Letter => ({
    subject: 'Your password was changed',
    paragraphs: ['The password of your account was changed. Its other sessions have ended.', notYourPassword],
  }),
  password_set: (): Letter => ({
    subject: 'Your account has a password now',
    paragraphs: [
      'A first password was set for your account: it can be signed in to with your address and that password as well.',
      notYourPassword,
    ],
  }),
  password_breached: (): Letter => ({
    subject: 'Your password leaked',
    paragraphs: [
      'The password of your account is in a list of passwords that leaked somewhere, not necessarily here. Whoever ' +
        'has the list can try it.',
      'Change it in your account, and wherever else you use it. Until then you can sign in as before.',
    ],
  }),
  password_was_reset: (content: {
    /** How many passkeys still sign in. Missing in mails that an older version wrote. */
    readonly passkeys?: number | undefined
    /** The services through which the account is still signed in to. Missing in mails that an older version wrote. */
    readonly providers?: readonly string[] | undefined
  }): Letter => ({
    subject: 'Your password was reset',
    paragraphs: [
      'A new password was set by a link that was mailed to this address. Everybody is signed out, and ' +
        `all devices are forgotten.${describePasskeys(content.passkeys)}${describeProviders(content.providers)}`,
      'If this was not you, somebody reads your mails: secure your mailbox first, then ask for a new password ' +
        'on the sign-in page.',
    ],
  }),
}

function describePasskeys(count = 0): string {
  if (count === 0) return ''
  return count === 1
    ? ' The passkey of your account still signs in; delete it if you do not know it.'
    : ` The ${count} passkeys of your account still sign in; delete those that you do not know.`
}

function describeProviders(names: readonly string[] = []): string {
  if (names.length === 0) return ''
  return ` ${listServices(names)} still signs in to your account; unlink what you did not link.`
}

const listServices = (names: readonly string[] = ['another service']): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(names.map(oneLine))

/** Advice that can be followed without being able to sign in. */
const notYourPassword =
  'If this was not you, somebody is in your account: ask for a new password on the sign-in page. That signs ' +
  'everybody out.'
