import type { WaysIn } from '../sign-in/way-in.ts'

/** Every account has a mailbox. */
export const mailboxWayIn: WaysIn = async (_tx, { emailSignIn }) => (emailSignIn === 'on' ? ['mailbox'] : [])
