import { inUtc, type Letter } from '../mail/letter.ts'

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
    paragraphs: [whoIsWhat(content), 'If that is as it should be, there is nothing to do.', takeRoleBack(content)],
  }),
}

type Granted = Parameters<(typeof roleLetters)['role_granted']>[0]

function whoIsWhat({ role, handle, by, until }: Granted): string {
  const who = by === undefined ? 'An operator, on the command line,' : `The administrator ${by}`
  const what = role === 'admin' ? 'an administrator' : 'a moderator'
  const end = until === undefined ? '' : ` until ${inUtc(until)}`
  return `${who} made the account ${handle} ${what}${end}. All administrators are told.`
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
