import { type Letter, oneLine, takenBackByOperator } from '../mail/letter.ts'

export const administratorLetters = {
  admin_way_in: (content: {
    /** The administrator's handle. */
    readonly handle: string
    readonly what: 'totp' | 'connection' | 'password' | 'passkey'
    /** For a connection: the provider's name. */
    readonly provider?: string
    /** For TOTP and a passkey: whether the session that set it up had shown two factors. */
    readonly countsAtOnce?: boolean
  }): Letter => ({
    subject: 'An administrator has a new way to sign in',
    paragraphs: [
      `The administrator ${content.handle} ${newWayIn(content)}`,
      'All administrators receive this mail. If you expected this, you do not need to do anything.',
      `Otherwise ask ${content.handle}, but not by mail. If somebody else is using the account: ` +
        takenBackByOperator(content.handle),
    ],
  }),
}

function newWayIn({
  what,
  provider = '',
  countsAtOnce,
}: Parameters<(typeof administratorLetters)['admin_way_in']>[0]): string {
  if (what === 'connection') return `can now sign in through ${oneLine(provider)}.`
  if (what === 'password') return 'had no password and has set one.'
  if (what === 'passkey') {
    const since = countsAtOnce ? 'two factors: it counts as two' : 'one factor: it counts as two after 24 hours'
    return `registered a passkey, by a session that had shown ${since}${countsAtOnce ? ' at once' : ''}.`
  }
  const counts = countsAtOnce
    ? 'by a session that had shown two factors: its codes count as a second one at once.'
    : 'by a session that had shown one factor: its codes count as a second one after 24 hours.'
  return `set up two-step sign-in with an authenticator app, ${counts}`
}
