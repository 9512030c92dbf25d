/** Paragraphs of text, among them at most one link and one code. Subjects hold no user's text [EM3]. */
export type Letter = {
  readonly subject: string
  readonly paragraphs: readonly (string | { readonly link: string } | { readonly code: string })[]
}

export const inUtc = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/**
 * Keeps a stranger's text on its line, without anything that a terminal, a mail program or a reader of the link's token
 * would act on [LG3].
 */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/:\/\/|token=/g, ' ')
    .slice(0, 300)
    .toWellFormed()

export const notYou =
  'If this was not you, somebody else has access to your account. Set a new password now and end all other sessions.'

/**
 * For administrators, of an account in which somebody else may be: to end its sessions would leave in place what that
 * person has added to it [AT7].
 */
export const takenBackByOperator = (handle: string): string =>
  `An operator can take it back, with everything that was added to it: npm run admin -- user @${handle} take-back.`

/** Describes the device that asked. Belongs below the link, as the text is a stranger's. */
export function whereFrom({
  userAgent,
  ipAddress,
}: {
  readonly userAgent?: string | undefined
  readonly ipAddress?: string | undefined
}): string {
  const device = userAgent === undefined ? 'an unknown program' : oneLine(userAgent)
  return `The request came from ${device}${ipAddress === undefined ? '' : ` at the IP address ${ipAddress}`}.`
}
