/**
 * Folds a name for searches, which ignore case, accents, vowel points, forms of a letter and punctuation. Only this
 * function decides how; the database's `name_fold` does the same by a table, in any locale, and a test compares the two
 * for every character. Meilisearch gets only folded words.
 *
 * White space becomes a blank, and whatever else separates words becomes a hyphen: O’Neill is `o-neill`.
 */
export const nameFold = (text: string): string =>
  isPlain.test(text)
    ? text.toLowerCase().replaceAll('_', '-')
    : // First to capitals, since ß, ς and ligatures are the same as other letters only in that form.
      [...text.normalize('NFKD').toUpperCase()].map((letter) => foldLetter(letter.toLowerCase())).join('')

/** A fast path: most names are plain, and a search folds hundreds of them. */
const isPlain = /^[A-Za-z0-9 _-]*$/

/** @param lower one lower-case letter, or the several characters that one capital becomes */
const foldLetter = (lower: string): string =>
  [...lower].map((letter) => spelled.get(letter) ?? digitOf(letter) ?? plainOf(letter)).join('')

function plainOf(letter: string): string {
  if (separatesInside.test(letter)) return '-'
  if (isDropped.test(letter)) return ''
  if (/[\p{L}\p{N}\p{M}]/u.test(letter)) return letter
  return /[\s\p{Z}]/u.test(letter) ? ' ' : '-'
}

/**
 * Apostrophes that Unicode counts as letters, as in Мар’яна and Hawai‘i, and invisible characters that separate
 * syllables or parts of a word.
 */
const separatesInside = /[\u02b9-\u02d1\u02ec\u02ee\u0559\ua78b\ua78c\u200b\u200c]/

/**
 * Accents, points and vowel signs that may be left out, and invisible characters. Other vowel signs stay, because
 * without them a word of Hindi or Thai is another word.
 */
const isDropped =
  /[\u0640\u0621]|\p{Default_Ignorable_Code_Point}|\p{Me}|[\p{M}&&\p{Diacritic}]|[\p{Mn}&&[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}]]/v

/** Returns the digit 0 to 9 for a digit of any script; Unicode places the ten digits of each script in a row. */
function digitOf(letter: string): string | undefined {
  const isDigit = (code: number): boolean => /\p{Nd}/u.test(String.fromCodePoint(code))
  const code = letter.codePointAt(0) ?? 0
  if (!isDigit(code)) return undefined
  let zero = code
  while (isDigit(zero - 1)) zero--
  return String((code - zero) % 10)
}

/** Letters that Unicode does not decompose, each row after the letter that they are folded to. */
const spellings = `
  a ⱥᶏ  b ƀƃɓᵬᶀ  c ƈȼɕ  d đðɖɗƌȡᵭᶁᶑ  e ɇəɛǝᶒ  f ƒᵮᶂ  g ǥɠᶃ  h ħɦⱨ  i ɨᶖ  j ɉʝ  k ƙĸᶄⱪꝁ  l łƚȴɫɬɭⱡᶅ  m ɱᵯᶆ  n ŋɲƞȵɳᵰᶇ
  o øɔɵⱺꝋ  p ƥᵽᵱᶈ  q ɋʠ  r ɍɼɽɾᵲᵳᶉ  s ȿʂᵴᶊ  t ŧƫƭȶʈⱦᵵ  u ʉᶙ  v ʋⱱⱴᶌ  w ⱳ  x ᶍ  y ƴɏỿ  z ƶȥɀʐʑᵶᶎⱬ
  ae æ  oe œ  th þ  ss ß
  а ә  г ґғҕӷӻ  ж җ  з ҙ  к қҝҟӄ  л ӆԓԡԯ  м ӎ  н ңӈӊԣԩ  о ө  п ҧԥ  р ҏ  с ҫ  т ҭ  у үұ  х ҳӽӿ  ч ҷҹ
  σ ς  վ ւ
  ا ٱ  ي ىیےېۍ  ك کڪ  ه ةەہھۃ
  כ ך  מ ם  נ ן  פ ף  צ ץ  וו װ  וי ױ  יי ײ
`
const hiragana = Array.from({ length: 0x3097 - 0x3041 }, (_, index) => 0x3041 + index).concat(0x309d, 0x309e)

const spelled: ReadonlyMap<string, string> = new Map([
  ...spellings
    .trim()
    .split(/\s{2,}/)
    .flatMap((row) => {
      const [plain = '', forms = ''] = row.split(' ')
      return [...forms].map((form) => [form, plain] as const)
    }),
  // Hiragana is folded to katakana, which has the same sounds.
  ...hiragana.map((code) => [String.fromCodePoint(code), String.fromCodePoint(code + 0x60)] as const),
])
