import { type Letter, takenBackByOperator, yesIf } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const roleLetters = {
  role_granted: (
    words: Words,
    content: {
      readonly role: 'admin' | 'mod'
      /** The handle of the account that has the role now. */
      readonly handle: string
      /** The administrator who gave it; undefined for the operator. */
      readonly by?: string | undefined
      readonly until?: string | undefined
    },
  ): Letter => ({
    subject: words.say(`mail.role_granted.subject_${content.role}`),
    paragraphs: [
      whoIsWhat(words, content),
      words.say('mail.role_granted.expected'),
      takeRoleBack(words, content),
      ...takeGiverBack(words, content),
    ],
  }),
}

type Granted = Parameters<(typeof roleLetters)['role_granted']>[1]

function whoIsWhat({ say }: Words, { role, handle, by, until }: Granted): string {
  const granted = {
    handle,
    role: role === 'mod' ? 'mod' : 'other',
    limited: yesIf(until !== undefined),
    until: until === undefined ? '' : new Date(until),
  } as const
  return by === undefined
    ? say('mail.role_granted.by_operator', granted)
    : say('mail.role_granted.by_admin', { ...granted, by })
}

const takeRoleBack = ({ say }: Words, { role, handle }: Granted): string =>
  say(`mail.role_granted.otherwise_${role}`, { command: `npm run admin -- revoke @${handle} ${role}` })

const takeGiverBack = (words: Words, { by }: Granted): readonly string[] =>
  by === undefined ? [] : [words.say('mail.role_granted.giver', { by }), takenBackByOperator(words, by)]
