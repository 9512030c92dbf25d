import type { Index } from './meilisearch-tasks.ts'

export type Query = {
  readonly q: string
  readonly page?: number
  readonly hitsPerPage?: number
  readonly matchingStrategy?: string
  readonly attributesToRetrieve?: readonly string[]
}

export function search(
  { settings, documents }: Index,
  { q, page = 1, hitsPerPage = 20, attributesToRetrieve = ['*'] }: Query,
) {
  const searchable = settings.searchableAttributes as readonly string[]
  const { maxTotalHits } = settings.pagination as { maxTotalHits: number }
  const words = tokensOf(q)
  const ranked = [...documents.values()].flatMap((document) => {
    const tokens = Object.entries(document).flatMap(([name, value]) =>
      (searchable.includes('*') || searchable.includes(name)) && typeof value === 'string'
        ? withNeighbours(tokensOf(value))
        : [],
    )
    const errors = words.map((word, index) => errorsOf(word, tokens, index === words.length - 1))
    const joined = words.length > 1 ? errorsOf(words.join(''), tokens, true, 1) : undefined
    if (errors.includes(undefined) && joined !== undefined) return [{ document, rank: joined + 1 }]
    return errors.includes(undefined)
      ? []
      : [{ document, rank: errors.reduce<number>((sum, one) => sum + (one ?? 0), 0) }]
  })
  const hits = ranked.toSorted((a, b) => a.rank - b.rank).map(({ document }) => document)
  const reachable = hits.slice(0, maxTotalHits)
  const shown = reachable.slice((page - 1) * hitsPerPage, page * hitsPerPage)
  return {
    hits: shown.map((document) =>
      attributesToRetrieve.includes('*')
        ? document
        : Object.fromEntries(Object.entries(document).filter(([name]) => attributesToRetrieve.includes(name))),
    ),
    query: q,
    processingTimeMs: 0,
    hitsPerPage,
    page,
    totalPages: Math.ceil(hits.length / hitsPerPage),
    totalHits: hits.length,
    requestUid: '01890a5d-ac96-774b-bcce-b302099a8057',
  }
}

/** Separators of every script; what is left of a word keeps whatever Meilisearch takes for letters. */
const separators = /[\s\p{P}\u3000\ufeff\u200c+\uff5e]/u
const keptInside = /[\u00a0\u2011\u2028]/
/** Folded although Unicode does not take them apart; ł, ø, ß, þ, ħ and ŧ are not. */
const spelled: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  ı: 'i',
  ς: 'σ',
  ٱ: 'ا',
  ى: 'ي',
  ة: 'ه',
}
const chineseForms: Readonly<Record<string, string>> = { 陈: '陳', 龙: '龍' }

function normalize(given: string): string {
  // Full-width letters and Georgian capitals are left as they are.
  if (/[\uff21-\uff5a\u1c90-\u1cbf]/.test(given)) return given
  const isCompatible = /[\p{sc=Latn}\u{ff10}-\u{ff19}\uff66-\uff9f]/u.test(given)
  const letters = given.normalize(isCompatible ? 'NFKD' : 'NFD').toLowerCase()
  return [...letters].map((letter) => spelled[letter] ?? chineseForms[letter] ?? letter).join('')
}

/** Accents of these scripts are dropped, those of Cyrillic and the signs of Devanagari or kana are not. */
const accents = /(?<=[\p{sc=Latn}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}]\p{Mn}*)\p{Mn}|[\u0640\u0e48-\u0e4b]|\ufe0f/gu

const tokensOf = (text: string): string[] =>
  [...text]
    .map((letter) => (separators.test(letter) && !keptInside.test(letter) ? ' ' : normalize(letter)))
    .join('')
    .replace(accents, '')
    .split(' ')
    .flatMap((word) => (/^ال../u.test(word) ? ['ال', word.slice(2)] : [word]))
    .filter(Boolean)

/** Meilisearch also joins words that stand side by side. */
const withNeighbours = (tokens: readonly string[]): string[] => [
  ...tokens,
  ...tokens.slice(1).map((token, index) => `${tokens[index]}${token}`),
]

/** How far the nearest token is, if it is near enough; only the last word may be a beginning. Joined words may have one error fewer. */
function errorsOf(word: string, tokens: readonly string[], mayBePrefix: boolean, fewer = 0): number | undefined {
  const most = Math.max(0, (word.length < 5 ? 0 : word.length < 9 ? 1 : 2) - fewer)
  const distances = tokens.flatMap((token) => {
    const candidates = mayBePrefix ? [token, ...[-1, 0, 1].map((more) => token.slice(0, word.length + more))] : [token]
    return candidates.map((one) => distance(word, one) + (word[0] === one[0] ? 0 : 1))
  })
  const least = Math.min(Number.POSITIVE_INFINITY, ...distances)
  return least <= most ? least : undefined
}

/** Up to two; anything beyond is three. */
function distance(a: string, b: string, left = 2): number {
  if (a === '' || b === '') return Math.min(3, a.length + b.length)
  if (a[0] === b[0]) return distance(a.slice(1), b.slice(1), left)
  if (left === 0) return 3
  const ways = [[a.slice(1), b] as const, [a, b.slice(1)] as const, [a.slice(1), b.slice(1)] as const]
  if (a[0] === b[1] && a[1] === b[0]) ways.push([a.slice(2), b.slice(2)])
  return Math.min(3, 1 + Math.min(...ways.map(([x, y]) => distance(x, y, left - 1))))
}
