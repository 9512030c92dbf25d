/** The texts are written in this language, and translated from it. */
export const sourceTag = 'en'

/** RFC 5646 section 4.4.1: tags of 35 characters hold every registered language with script, region and variants. */
export const longestTag = 35

/** Returns undefined if the tag is not well-formed. */
export function canonicalTag(tag: string): string | undefined {
  try {
    return tag.length > longestTag ? undefined : Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}

type WithTextInfo = Intl.Locale & { getTextInfo(): { readonly direction: 'ltr' | 'rtl' } }

/** The direction that a language is written in. TypeScript does not know yet how to ask for it. */
export const directionOf = (tag: string): 'ltr' | 'rtl' =>
  (new Intl.Locale(tag) as WithTextInfo).getTextInfo().direction

/** As much of the header as is looked at, in characters; a longer one is cut off at a comma [LO4]. */
const longestHeader = 500
const mostTags = 10

/** The part of an Accept-Language header that is looked at. */
export const relevantPart = (header: string): string =>
  header.length > longestHeader ? header.slice(0, Math.max(0, header.lastIndexOf(',', longestHeader))) : header

const weighted = /^\s*([A-Za-z0-9-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

/** The languages of an Accept-Language header (RFC 9110 section 12.5.4), the most wanted first. */
export const acceptedTags = (header: string): string[] =>
  relevantPart(header)
    .split(',', mostTags)
    .flatMap((item) => {
      const [, name = '', q = '1'] = weighted.exec(item) ?? []
      const tag = name === '' ? undefined : canonicalTag(name)
      return tag === undefined || Number(q) === 0 ? [] : [{ tag, weight: Number(q) }]
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
