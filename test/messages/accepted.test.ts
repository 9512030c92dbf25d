import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openMessages } from '../../src/messages/messages.ts'
import { acceptedTags, canonicalTag, relevantPart } from '../../src/messages/tags.ts'

const messages = openMessages({ defaultLocale: 'en' })
const tagFor = (header: string | undefined) => messages.accepted(header)?.tag

describe('an Accept-Language header', () => {
  test.each([
    ['de;q=0.5, fr;q=0.9, en', ['en', 'fr', 'de']],
    ['de-at, DE;q=0.8 , *;q=0.1', ['de-AT', 'de']],
    ['en;q=0, fr;q=0.000, it;q=1.000', ['it']],
    ['iw', ['he']],
    ['zz-, en_US, de;q=2, de;level=1, fr;q=0.1234, ,;,=,é', []],
    ['', []],
  ])('%j names %j', (header, tags) => {
    expect(acceptedTags(header)).toEqual(tags)
  })

  test('of 8 KiB is looked at as far as one of 500 characters, and ten tags of it [LO4]', () => {
    const long = `${'xx,'.repeat(9)}${'x'.repeat(440)},en,${'de,'.repeat(2600)}`
    expect(relevantPart(long).length).toBeLessThanOrEqual(500)
    expect(tagFor(long)).toBeUndefined()
    expect(relevantPart('x'.repeat(8192))).toBe('')
    expect(relevantPart(`en-GB,${'y'.repeat(493)},fr`)).toBe(`en-GB,${'y'.repeat(493)}`)
  })

  test('costs half a millisecond at most, and nothing once it is known [LO4]', () => {
    const tags = ['sw', 'gsw', 'tlh', 'pt-PT', 'zh-TW', 'yy', 'ca', 'uk', 'ko']
    const headers = Array.from({ length: 200 }, (_, n) => `${[...tags, `x${n}`].join()}${',en'.repeat(2700)}`)
    const quickest = (): number =>
      Math.min(
        ...headers.map((header) => {
          const began = performance.now()
          messages.accepted(header)
          return performance.now() - began
        }),
      )
    expect(quickest()).toBeLessThan(0.5)
    expect(quickest()).toBeLessThan(0.005)
  })

  test('leads to a language whatever it says, or to none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (header) => {
        const language = messages.accepted(header)
        expect(language === undefined || messages.find(language.tag) === language).toBe(true)
      }),
    )
  })
})

describe('the language that is nearest', () => {
  test.each([
    ['en-GB', 'en'],
    ['en-Latn-US-u-ca-buddhist', 'en'],
    ['xx', undefined],
    ['zz-', undefined],
    ['', undefined],
    [null, undefined],
  ])('to %j is %j', (tag, nearest) => {
    expect(messages.nearest(tag)?.tag).toBe(nearest)
  })

  test('a tag longer than any is none', () => {
    expect(canonicalTag('de-Latn-DE-1996-u-co-phonebk')).toBe('de-Latn-DE-1996-u-co-phonebk')
    expect(canonicalTag(`de-${'x'.repeat(33)}`)).toBeUndefined()
  })
})
