import { isSecondStep, type SecondStep, type Shown } from '../credentials/methods.ts'
import { codeAround, neverAsked } from '../mail/code-in-mail.ts'
import { inUtc, type Letter, oneLine, whereFrom } from '../mail/letter.ts'
import { nameRemoved, type Removed } from './removed.ts'

export const signInLetters = {
  device_link: (content: {
    /** The mail has a link, digits, or both. */
    readonly link?: string | undefined
    readonly digits?: string | undefined
    readonly domain?: string | undefined
    /** Missing in mails that an older version wrote. */
    readonly shown?: Shown | undefined
    readonly userAgent?: string | undefined
    readonly ipAddress?: string | undefined
  }): Letter => {
    const { used, advice } = wayIn(content.shown)
    const { link, digits, domain } = content
    const said = `${used} on a device that is new to your account.`
    const ifNot = `If this was not you, do not ${link === undefined ? 'type it anywhere' : 'click'}, and ${advice}`
    // Below the link, as a stranger may have written the text.
    const end = [ifNot, whereFrom(content)]
    const byLink = (words: string) => (link === undefined ? [] : [words, { link }])
    if (digits === undefined) {
      const words = 'If this was you, open this link on the device that you want to sign in on:'
      return { subject: 'Confirm your sign-in on a new device', paragraphs: [said, ...byLink(words), ...end] }
    }
    const typed = 'If this was you, type the code where you entered it.'
    const linked = byLink('Or open this link on the device that you want to sign in on:')
    return codeAround({ digits, domain }, [said, typed, neverAsked, ...linked, ...end])
  },
  new_device: (content: {
    readonly shown: Shown
    readonly userAgent?: string | undefined
    readonly ipAddress?: string | undefined
  }): Letter => {
    const { used, advice } = wayIn(content.shown)
    return {
      subject: 'A sign-in on a new device',
      paragraphs: [
        `${used} to sign in on a device that was new to your account. From now on your account knows it.`,
        'If this was you, there is nothing to do.',
        `If this was not you, end the other sessions of your account, forget that device, and ${advice}`,
        whereFrom(content),
      ],
    }
  },
  locked_out: (): Letter => ({
    subject: 'Wrong passwords were tried on your account',
    paragraphs: [
      'Somebody tried wrong passwords or codes on your account, so that every further try has to wait.',
      'If this was you, wait a moment, or ask for a new password on the sign-in page. On a device that your ' +
        'account knows you can sign in all the same.',
      'If this was not you: nobody got in. If others may know your password, set a new one now.',
    ],
  }),
  taken_back: (content: {
    readonly link: string
    readonly by: 'owner' | 'operator'
    /** What was added after this moment was removed. */
    readonly since: string
    readonly removed: readonly Removed[]
  }): Letter => ({
    subject: 'Your account is yours again: set a new password',
    paragraphs: [
      content.by === 'owner'
        ? 'The change of your e-mail address was undone: your account has this address again.'
        : 'An operator took your account back from whoever was in it.',
      'Everybody is signed out, and the password no longer works. Open this link to set a new one:',
      { link: content.link },
      listRemoved(content),
      'What was replaced or switched off since then cannot come back by itself. Once you are in, look at ' +
        'two-step sign-in, its backup codes, your passkeys and the services that you sign in through.',
    ],
  }),
}

function listRemoved({ since, removed }: Parameters<(typeof signInLetters)['taken_back']>[0]): string {
  const nothing = `Nothing else had been added since ${inUtc(since)}.`
  return removed.length === 0
    ? nothing
    : `Removed: ${removed.map(nameRemoved).join('; ')}. This counts everything since ${inUtc(since)}.`
}

const theirCodes = ' They have your codes too: set up two-step sign-in again.'

/** The words for each method of a second step. */
const secondWords: Readonly<Record<SecondStep, { readonly used: string; readonly advice: string }>> = {
  totp: { used: ' together with a code of your authenticator app', advice: theirCodes },
  backup_code: { used: ' together with a backup code', advice: theirCodes },
  passkey: {
    used: ' together with a passkey',
    advice: ' They have a passkey too: delete those that you do not know.',
  },
}

/** Says what was used to sign in so far, and what the owner should do if somebody else did [AT19]. */
function wayIn({ methods, provider }: Shown = { methods: [] }): { readonly used: string; readonly advice: string } {
  const through =
    provider === undefined ? 'An account of yours at another service' : `Your ${oneLine(provider)} account`
  if (methods[0] === 'passkey')
    return {
      used: 'A passkey of your account was used',
      advice: 'delete the passkeys that you do not know: somebody has one.',
    }
  const second = methods.find(isSecondStep)
  const { used, advice } = second ? secondWords[second] : { used: '', advice: '' }
  if (methods.includes('oauth'))
    return {
      used: `${through} was used${used}`,
      advice: `secure that account: somebody can sign in with it.${advice}`,
    }
  if (methods[0] === 'mail')
    return {
      used: `A link or code that was mailed to you was used${used}`,
      advice: `secure your mailbox: somebody reads your mails.${advice}`,
    }
  if (methods.includes('password'))
    return { used: `Your password was entered${used}`, advice: `change your password: somebody knows it.${advice}` }
  return { used: 'Somebody began to sign in to your account', advice: 'change your password: somebody may know it.' }
}
