import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const invitationLetters = {
  invitation: (
    { say, quote }: Words,
    content: {
      /** The handle of the administrator who invites; undefined for the operator. */
      readonly by?: string | undefined
      /** What that person writes. */
      readonly message?: string | undefined
      readonly link: string
      readonly until: string
    },
  ): Letter => {
    const { by, message, link, until } = content
    const written = message === undefined ? [] : [say('mail.invitation.message'), quote(message)]
    return {
      subject: say('mail.invitation.subject'),
      paragraphs: [
        by === undefined ? say('mail.invitation.by_operator') : say('mail.invitation.by_admin', { by }),
        ...written,
        say('mail.invitation.open', { until: new Date(until) }),
        { link, button: say('mail.invitation.button') },
        say('mail.invitation.if_not'),
      ],
    }
  },
}
