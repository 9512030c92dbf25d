import type { Letter } from './letter.ts'

/** What a mail with digits says of them. */
export type CodeInMail = {
  readonly digits: string
  /** Whose page it is typed into, where it is one of a domain. */
  readonly domain?: string | undefined
}

export const neverAsked = 'Nobody from us ever asks for it: whoever does wants to be you.'

/**
 * Subject and first line are the digits, so that a phone's notification shows them; the last line says for whose page
 * they are, so that it fills them in there and nowhere else: https://wicg.github.io/sms-one-time-codes/
 */
export function codeAround({ digits, domain }: CodeInMail, paragraphs: Letter['paragraphs']): Letter {
  const code = `${digits.slice(0, 3)} ${digits.slice(3)}`
  const bound = domain === undefined ? [] : [`@${domain} #${digits}`]
  return { subject: `${code} is your code`, paragraphs: [{ code }, ...paragraphs, ...bound] }
}
