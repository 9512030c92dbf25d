import { isDeepStrictEqual } from 'node:util'
import type { Settings } from 'meilisearch'
import { mostHits } from './search-index.ts'

/**
 * The settings by which an index is recognised as filled by this version. If a later version folds words differently,
 * the searched attribute must get another name, so that the index is filled anew.
 */
export const shape = {
  searchableAttributes: ['words'],
  displayedAttributes: ['id', 'handle', 'display_name', 'bio'],
} satisfies Settings

/** All settings that change what is found; most have Meilisearch's default value. */
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

/** The settings that differ, with their wanted values. A setting that this version of Meilisearch lacks is skipped. */
export const wrongOf = (current: Settings) =>
  Object.entries(settings).filter(
    ([key, value]) => key in current && !agrees(current[key as keyof Settings] as unknown, value as unknown),
  )

/** Compares only the wanted members of a group, since a newer Meilisearch may have more. */
function agrees(current: unknown, wanted: unknown): boolean {
  const isGroup =
    typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted) && Object.keys(wanted).length > 0
  if (!isGroup || typeof current !== 'object' || current === null) return isDeepStrictEqual(current, wanted)
  return Object.entries(wanted).every(([key, value]) => agrees((current as Record<string, unknown>)[key], value))
}
