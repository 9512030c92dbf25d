import { type Letter, yesIf } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const impersonationLetters = {
  impersonation_started: (
    { say, quote }: Words,
    content: {
      readonly readOnly: boolean
      /** What the administrator gives as the reason. */
      readonly reason: string
      readonly until: string
    },
  ): Letter => {
    const { readOnly, reason, until } = content
    return {
      subject: say('mail.impersonation_started.subject'),
      paragraphs: [
        say('mail.impersonation_started.started', { read_only: yesIf(readOnly), until: new Date(until) }),
        say('mail.impersonation_started.reason'),
        quote(reason),
        say('mail.impersonation_started.limits'),
        say('mail.impersonation_started.end'),
      ],
    }
  },
}
