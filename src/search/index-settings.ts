import { isDeepStrictEqual } from 'node:util'
import type { Settings } from 'meilisearch'
import { mostHits } from './search-index.ts'

/**
 * By them an index is known as one of ours that is filled as we fill it. What is searched has another name once words
 * are folded otherwise, so that an index of an older version is filled anew.
 */
export const shape = {
  searchableAttributes: ['words'],
  displayedAttributes: ['id', 'handle', 'display_name', 'bio'],
} satisfies Settings

/** All else that changes what is found; most of it as Meilisearch has it of its own. */
const settings: Settings = {
  ...shape,
  pagination: { maxTotalHits: mostHits },
  rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: false,
  },
  stopWords: [],
  synonyms: {},
  separatorTokens: [],
  nonSeparatorTokens: [],
  dictionary: [],
  distinctAttribute: null,
  localizedAttributes: null,
  proximityPrecision: 'byWord',
  prefixSearch: 'indexingTime',
}

/** Those that are to be put right, as they should be. A version that does not know one of them has no need of it. */
export const wrongOf = (current: Settings) =>
  Object.entries(settings).filter(
    ([key, value]) => key in current && !agrees(current[key as keyof Settings] as unknown, value as unknown),
  )

/** A newer version may have more to set than we know. */
function agrees(current: unknown, wanted: unknown): boolean {
  const isGroup =
    typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted) && Object.keys(wanted).length > 0
  if (!isGroup || typeof current !== 'object' || current === null) return isDeepStrictEqual(current, wanted)
  return Object.entries(wanted).every(([key, value]) => agrees((current as Record<string, unknown>)[key], value))
}
