import type { Words } from '../messages/words.ts'
import type { Letter } from './letter.ts'

/** The digits of a mail, and where they belong. */
type CodeInMail = {
  readonly digits: string
  /** The domain of the page that the digits are typed into; undefined if that page has none. */
  readonly domain?: string | undefined
}

/**
 * The digits are the subject and the first line, so that a phone's notification shows them. The last line names the
 * domain, so that the phone fills them in there and nowhere else: https://wicg.github.io/sms-one-time-codes/
 */
export function codeAround({ say }: Words, { digits, domain }: CodeInMail, paragraphs: Letter['paragraphs']): Letter {
  const code = `${digits.slice(0, 3)} ${digits.slice(3)}`
  const bound = domain === undefined ? [] : [`@${domain} #${digits}`]
  return { subject: say('mail.common.code', { code }), paragraphs: [{ code }, ...paragraphs, ...bound] }
}
