import type { Words } from '../messages/words.ts'

/** Paragraphs of text, among them at most one link and one code. Subjects hold no user's text [EM3]. */
export type Letter = {
  readonly subject: string
  readonly paragraphs: readonly Paragraph[]
}

type Paragraph = string | { readonly code: string } | { readonly link: string; readonly button: string }

/** The word of a `select` that tells two cases apart. */
export const yesIf = (is: boolean): 'yes' | 'other' => (is ? 'yes' : 'other')

/**
 * For administrators, of an account in which somebody else may be: to end its sessions would leave in place what that
 * person has added to it [AT7].
 */
export const takenBackByOperator = ({ say }: Words, handle: string): string =>
  say('mail.common.take_back', { handle, command: `npm run admin -- user @${handle} take-back` })

/** Describes the device that asked. Belongs below the link, as the text is a stranger's. */
export function whereFrom(
  { say }: Words,
  { userAgent, ipAddress }: { readonly userAgent?: string | undefined; readonly ipAddress?: string | undefined },
): string {
  return say('mail.common.where_from', {
    has_program: yesIf(userAgent !== undefined),
    program: userAgent ?? '',
    has_address: yesIf(ipAddress !== undefined),
    address: ipAddress ?? '',
  })
}
