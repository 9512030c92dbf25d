import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksSecret, secretSearch } from '../support/canary-search.ts'

/** What the verdict of a run relies on: a search that finds nothing must be one that would have. */
describe('the search for secrets', () => {
  const secrets = [
    'correct horse battery 1',
    'pässwörd/+=&"\\ 🔑',
    `pot_${randomBytes(36).toString('base64url')}`,
    'K7QW2MXP',
  ]
  const searchAll = secretSearch([
    ...secrets,
    ...Array.from({ length: 5000 }, () => randomBytes(24).toString('base64url')),
  ])
  const search = (text: Buffer) => searchAll(text).map(({ secret }) => secret)

  const spellings: Readonly<Record<string, (text: string) => string>> = {
    raw: (text) => text,
    'in JSON': (text) => JSON.stringify({ message: text }),
    'in a URL': (text) => `https://example.com/?next=${encodeURIComponent(text)}&x`,
    'in a form': (text) => new URLSearchParams({ text }).toString(),
    'base64, first': (text) => Buffer.from(`${text}:more`).toString('base64'),
    'base64, one byte in': (text) => Buffer.from(`a${text}:more`).toString('base64'),
    'base64, two bytes in': (text) => Buffer.from(`ab${text}:more`).toString('base64'),
    base64url: (text) => Buffer.from(`{"x":"${text}"}`).toString('base64url'),
    'base64 alone': (text) => Buffer.from(text).toString('base64'),
  }

  describe.each(Object.entries(spellings))('finds what stands there %s', (_, spell) => {
    test.each(secrets)('%s', (secret) => {
      const noise = () => randomBytes(300).toString('latin1')
      const text = Buffer.from(`${noise()}\n{"msg":"${spell(secret)}"}\n${noise()}`)
      expect(search(text)).toEqual([secret])
    })
  })

  test('at the very beginning and the very end, and several at once', () => {
    const [first = '', , third = ''] = secrets
    expect(search(Buffer.from(`${first} ${third}`))).toEqual([first, third])
    expect(searchAll(Buffer.from(`at ${first}`))).toEqual([{ secret: first, at: 3 }])
  })

  test('finds neither a part of a secret nor anything in what is none', () => {
    for (const secret of secrets) expect(search(Buffer.from(`${secret.slice(0, -1)}.${secret.slice(1)}`))).toEqual([])
    expect(search(Buffer.from(''))).toEqual([])
    expect(search(randomBytes(1_000_000))).toEqual([])
  })

  test('finds any secret in any surroundings', () => {
    const telling = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 80 })
    fc.assert(
      fc.property(
        telling,
        fc.string(),
        fc.string(),
        fc.constantFrom(...Object.values(spellings)),
        (secret, a, b, spell) => {
          expect(secretSearch([secret])(Buffer.from(a + spell(secret) + b))).toMatchObject([{ secret }])
        },
      ),
    )
  })

  test('knows tokens, access tokens and the passwords of people by their looks', () => {
    const tail = randomBytes(36).toString('base64url')
    const planted = [
      ...['pst_', 'prt_', 'pdt_', 'ptt_', 'pot_', 'pps_'].map((prefix) => prefix + tail),
      `eyJ${tail}.eyJ${tail}.${tail}`,
      'correct horse battery 7',
      'correct+horse+battery+7',
    ]
    for (const text of planted) expect(`{"msg":"${text}"}`.match(looksSecret), text).toHaveLength(1)
    expect('{"session":"pst_","code":"token:expired_verification"}'.match(looksSecret)).toBeNull()
  })
})
