import { inUtc, type Letter, takenBackByOperator } from '../mail/letter.ts'

export const roleLetters = {
  role_granted: (content: {
    readonly role: 'admin' | 'mod'
    /** The handle of the account that has the role now. */
    readonly handle: string
    /** The administrator who gave it; undefined for the operator. */
    readonly by?: string | undefined
    readonly until?: string | undefined
  }): Letter => ({
    subject: content.role === 'admin' ? 'There is a new administrator' : 'There is a new moderator',
    paragraphs: [whoIsWhat(content), 'If you expected this, you do not need to do anything.', takeRoleBack(content)],
  }),
}

type Granted = Parameters<(typeof roleLetters)['role_granted']>[0]

function whoIsWhat({ role, handle, by, until }: Granted): string {
  const who = by === undefined ? 'An operator (on the command line)' : `The administrator ${by}`
  const what = role === 'admin' ? 'an administrator' : 'a moderator'
  const end = until === undefined ? '' : ` until ${inUtc(until)}`
  return `${who} made the account ${handle} ${what}${end}. All administrators receive this mail.`
}

function takeRoleBack({ role, handle, by }: Granted): string {
  const revoke = `npm run admin -- revoke @${handle} ${role}`
  const how =
    role === 'admin'
      ? `only an operator can take the role away: ${revoke}.`
      : `take the role away where you manage roles, or ask an operator to run ${revoke}.`
  const giver =
    by === undefined ? '' : ` In that case somebody else is using the account ${by}, too. ${takenBackByOperator(by)}`
  return `If you did not expect it, ${how}${giver}`
}
