import { type Letter, takenBackByOperator } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const administratorLetters = {
  admin_way_in: (
    words: Words,
    content: {
      /** The administrator's handle. */
      readonly handle: string
      readonly what: 'totp' | 'connection' | 'password' | 'passkey'
      /** For a connection: the provider's name. */
      readonly provider?: string
      /** For TOTP and a passkey: whether the session that set it up had shown two factors. */
      readonly countsAtOnce?: boolean
    },
  ): Letter => {
    const { say } = words
    const { handle } = content
    return {
      subject: say('mail.admin_way_in.subject'),
      paragraphs: [
        newWayIn(words, content),
        say('mail.common.all_admins'),
        say('mail.admin_way_in.otherwise', { handle }),
        takenBackByOperator(words, handle),
      ],
    }
  },
}

function newWayIn(
  { say }: Words,
  { handle, what, provider = '', countsAtOnce }: Parameters<(typeof administratorLetters)['admin_way_in']>[1],
): string {
  if (what === 'connection') return say('mail.admin_way_in.connection', { handle, provider })
  if (what === 'password') return say('mail.admin_way_in.password', { handle })
  return say(`mail.admin_way_in.${what}_${countsAtOnce ? 'two' : 'one'}`, { handle })
}
