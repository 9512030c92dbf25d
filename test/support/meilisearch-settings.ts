import { Refusal } from './meilisearch-refusal.ts'
import type { Settings } from './meilisearch-tasks.ts'

/** Of an index that nobody set anything for. */
export const defaultSettings = (): Settings => ({
  displayedAttributes: ['*'],
  searchableAttributes: ['*'],
  filterableAttributes: [],
  sortableAttributes: [],
  rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
  stopWords: [],
  nonSeparatorTokens: [],
  separatorTokens: [],
  dictionary: [],
  synonyms: {},
  distinctAttribute: null,
  proximityPrecision: 'byWord',
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: false,
  },
  faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'alpha' } },
  pagination: { maxTotalHits: 1000 },
  embedders: {},
  searchCutoffMs: null,
  localizedAttributes: null,
  facetSearch: true,
  prefixSearch: 'indexingTime',
})

/** Those that may be sent are those that there are, but two that only some builds have. */
const known = [
  'displayedAttributes',
  'searchableAttributes',
  'filterableAttributes',
  'sortableAttributes',
  'foreignKeys',
  'rankingRules',
  'stopWords',
  'nonSeparatorTokens',
  'separatorTokens',
  'dictionary',
  'synonyms',
  'distinctAttribute',
  'proximityPrecision',
  'typoTolerance',
  'faceting',
  'pagination',
  'embedders',
  'searchCutoffMs',
  'localizedAttributes',
  'facetSearch',
  'prefixSearch',
  'chat',
]

export function checkSettings(wanted: Settings): void {
  for (const [name, value] of Object.entries(wanted)) {
    if (!known.includes(name)) {
      const list = known.map((one) => `\`${one}\``).join(', ')
      throw new Refusal('bad_request', `Unknown field \`${name}\`: expected one of ${list}`)
    }
    if (name.endsWith('Attributes') && value !== null && !Array.isArray(value)) {
      const code = `invalid_settings_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
      const found = `a string: \`${JSON.stringify(value)}\``
      throw new Refusal(code, `Invalid value type at \`.${name}\`: expected an array, but found ${found}`)
    }
  }
}

/** Groups are merged, everything else is replaced. */
export function mergeSettings(settings: Settings, wanted: Settings): void {
  for (const [name, value] of Object.entries(wanted)) {
    const isGroup = ['typoTolerance', 'pagination', 'faceting'].includes(name)
    settings[name] = isGroup ? { ...(settings[name] as object), ...(value as object) } : value
  }
}
