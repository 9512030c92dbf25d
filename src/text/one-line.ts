import { cut } from './cut.ts'

/**
 * Keeps a stranger's text on its line, without anything that a terminal, a mail program or a reader of the link's token
 * would act on [LG3]. A long one is cut between two characters as readers see them.
 */
export const oneLine = (text: string, most = 300): string =>
  cut(text.replace(invisible, (_all, kept = ' ') => kept).replace(/:\/\/|token=/g, ' '), most).toWellFormed()

/** Besides what joins the parts of an emoji, as of a family or a flag, or the letters of a word, as in Persian. */
const invisible = /(\p{RGI_Emoji}|(?<=[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}]))|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gv
