import { type Letter, oneLine } from '../mail/letter.ts'

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
    subject: 'The account of an administrator can be opened in a new way',
    paragraphs: [
      `The administrator ${content.handle} ${newWayIn(content)}`,
      'All administrators are told. If that is as it should be, there is nothing to do.',
      `Ask ${content.handle}, but not by mail. If it was somebody else, an operator takes all of it back: npm ` +
        `run admin -- user @${content.handle} take-back.`,
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
