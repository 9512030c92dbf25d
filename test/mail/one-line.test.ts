import { describe, expect, test } from 'vitest'
import { oneLine } from '../../src/text/one-line.ts'

const family = '👩‍👩‍👧‍👦'
const scotland = '🏴󠁧󠁢󠁳󠁣󠁴󠁿'

describe('a name in a mail', () => {
  test.each([
    ['a family', family],
    ['a flag of two letters', '🇳🇿'],
    ['a flag of tags', scotland],
    ['a skin', '👋🏽'],
    ['a letter with marks', 'e\u0301\u0323'],
    ['a syllable of Hindi', 'क्षि'],
    ['a syllable of Korean, in its parts', '\u1112\u1161\u11ab'],
    ['a word of Persian, whose parts do not join', 'می\u200cخواهم'],
  ])('stays whole: %s', (_what, character) => {
    expect(oneLine(`x ${character} y`)).toBe(`x ${character} y`)
    // Wherever the end of the longest text falls in it.
    for (let before = 280; before < 300; before++) {
      const cut = oneLine(`${'.'.repeat(before)}${character.repeat(30)}`)
      expect(cut.length).toBeLessThanOrEqual(300)
      const parts = [...new Intl.Segmenter().segment(cut.slice(before))].map(({ segment }) => segment)
      const whole = [...new Intl.Segmenter().segment(character.repeat(30))].map(({ segment }) => segment)
      expect(parts).toEqual(whole.slice(0, parts.length))
    }
  })

  test('that never ends is cut all the same', () => {
    const zalgo = `a${'\u0301'.repeat(5000)}`
    expect(oneLine(zalgo)).toBe(zalgo.slice(0, 300))
  })

  test.each([
    ['joiners alone', 'a\u200d\u200db', 'a b'],
    ['a joiner at the end', 'a\u200d', 'a '],
    ['tags that are no flag', 'a\u{e0067}\u{e0062}b', 'a b'],
    ['a family that is turned around', `\u202e${family}`, ` ${family}`],
    ['a word of no width', 'a\u200bb', 'a b'],
  ])('keeps nothing else that cannot be seen: %s', (_what, text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })
})
