/**
 * Keeps a stranger's text on its line, without anything that a terminal, a mail program or a reader of the link's token
 * would act on [LG3].
 */
export const oneLine = (text: string, most = 300): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/:\/\/|token=/g, ' ')
    .slice(0, most)
    .toWellFormed()
