/**
 * Keeps a stranger's text on its line, without anything that a terminal, a mail program or a reader of the link's token
 * would act on [LG3]. A long one is cut between two characters as readers see them.
 */
export const oneLine = (text: string, most = 300): string =>
  shorten(text.replace(invisible, (_all, kept = ' ') => kept).replace(/:\/\/|token=/g, ' '), most).toWellFormed()

/** Besides what joins the parts of an emoji, as of a family or a flag, or the letters of a word, as in Persian. */
const invisible = /(\p{RGI_Emoji}|(?<=[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}]))|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gv

function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  const characters = new Intl.Segmenter().segment(text.slice(0, 2 * most))
  // Only something that is no character in any script is so long that it begins at the start.
  const end = characters.containing(most)?.index || most
  return text.slice(0, end)
}
