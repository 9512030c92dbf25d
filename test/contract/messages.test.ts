import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { fieldSentenceOf } from '../../src/client/messages.ts'
import { catalogue, errorCodes } from '../../src/errors/catalogue.ts'
import { rules } from '../../src/errors/fault.ts'
import { findMistakes } from '../../src/messages/find-mistakes.ts'
import { type LanguageFile, languagesFolder, listTags, readLanguageFile } from '../../src/messages/language.ts'
import { canonicalTag } from '../../src/messages/tags.ts'
import { catalogues, generatedFiles, readBack, source, writeGenerated } from '../messages/files.ts'

const english = source(languagesFolder)
const tags = listTags(languagesFolder)

/** A file of a language that has one text otherwise than the English file. */
const withText = (key: string, text: string): LanguageFile => ({
  ...english,
  messages: { ...english.messages, [key]: { text } },
})

describe.each(Object.entries(catalogues))('%s', (_name, folder) => {
  test('is in the languages of the others', () => {
    expect(listTags(folder)).toEqual(tags)
  })

  test.each(tags)(
    '%s has every message, with its placeholders and its plurals, and nothing that may not be in one [LO1]',
    (tag) => {
      expect(findMistakes(tag, readLanguageFile(folder, tag), source(folder))).toEqual([])
    },
  )

  test.each(tags)('%s is named by its tag, and says what it is called', (tag) => {
    expect(canonicalTag(tag)).toBe(tag)
    expect(readLanguageFile(folder, tag).name).toBe(new Intl.DisplayNames(tag, { type: 'language' }).of(tag))
  })
})

describe.each(tags)('%s', (tag) => {
  const file = readLanguageFile(languagesFolder, tag)

  test("its rules read alike in the client's few lines and in the whole of ICU", () => {
    for (const rule of rules) {
      for (const limit of [0, 1, 2, 3, 5, 11, 21, 100, 1_000_000]) {
        const values = ['a', 'b', 'c']
        const sentences = Object.fromEntries(rules.map((one) => [one, file.messages[`rule.${one}`]?.text ?? '']))
        const language = { tag, dir: file.dir, sentences: sentences as never }
        const whole = new IntlMessageFormat(sentences[rule] ?? '', tag, undefined, { ignoreTag: true }).format({
          limit,
          values: new Intl.ListFormat(tag, { type: 'disjunction' }).format(values),
        })
        expect(fieldSentenceOf(language, { path: '/x', rule, limit, values })).toBe(whole)
      }
    }
  })
})

test('the English file has a sentence for each code and each rule, and the titles of the catalogue', () => {
  const keys = Object.keys(english.messages)
  const named = (prefix: string) => keys.flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))
  const ofServer = named('error.').filter((code) => !/^(?:client|browser):/.test(code))
  expect(ofServer.toSorted()).toEqual([...errorCodes].toSorted())
  expect(named('rule.').toSorted()).toEqual([...rules].toSorted())
  const titles = Object.fromEntries(named('title.').map((code) => [code, english.messages[`title.${code}`]?.text]))
  expect(titles).toEqual(Object.fromEntries(errorCodes.map((code) => [code, catalogue[code].title])))
})

test('what is made from the languages is up to date: npm run messages', () => {
  if (process.env.UPDATE) writeGenerated()
  for (const [file, text] of generatedFiles()) expect(readBack(file)).toBe(text)
})

type Refused = readonly [what: string, file: LanguageFile, mistakes: readonly string[]]

describe('a translation is refused', () => {
  const key = 'mail.common.where_from'
  const { text = '' } = english.messages[key] ?? {}
  const link = 'mail.password_reset.open'
  const count = 'rule.min_length'
  const refused: readonly Refused[] = [
    ['that lacks a message', withText(link, ''), [`${link}: is missing`]],
    ['with a message of its own', withText('mail.x', 'x'), ['mail.x: is no message of ours']],
    ['with a line break', withText(link, 'one\r\ntwo'), [`${link}: holds a line break or a control character`]],
    ...['https://evil.example', 'www.evil', 'evil.example', 'mailto:a', 'a@b'].map(
      (evil): Refused => [`with a link: ${evil}`, withText(link, `x ${evil} y`), [`${link}: holds a link`]],
    ),
    [
      'with the token of a link',
      withText(link, 'token=1'),
      [`${link}: holds token=, by which programs find the link of a mail`],
    ],
    ...['<b>x</b>', 'x &amp; y', '<img src=x>'].map(
      (markup): Refused => [`with markup: ${markup}`, withText(link, markup), [`${link}: holds markup`]],
    ),
    [
      'with an isolate that stays open',
      withText(link, 'x \u2068 y'),
      [`${link}: opens an isolate that it does not close, or the other way round`],
    ],
    [
      'that turns around what follows [LO2]',
      withText(link, 'x \u202e y'),
      [`${link}: sets a direction; only U+2068 to U+2069, U+200E and U+200F may stand in a text`],
    ],
    ['that lacks a placeholder', withText(key, text.replaceAll('{program}', 'it')), [`${key}: lacks {program}`]],
    ['with one of its own', withText(link, 'x {link}'), [`${link}: has {link}, which the English text has not`]],
    ['with a placeholder of another type', withText(count, 'x {limit}'), [`${count}: has {limit} as text, not number`]],
    [
      'that tells other words apart',
      withText(key, text.replace('yes {{program}}', 'ja {{program}}')),
      [`${key}: has {has_program} as select of ja, other, not select of other, yes`],
    ],
    [
      'with a plural that its language has not',
      withText(count, 'x {limit, plural, one {#} few {#} other {#}}'),
      [`${count}: {limit} has the plural few, which the language has not`],
    ],
    [
      'without one that it has',
      withText(count, 'x {limit, plural, other {#}}'),
      [`${count}: {limit} lacks the plural one`],
    ],
    ...['mail.totp_enabled.subject', 'mail.sign_in_code.subject_sign_in'].map(
      (subject): Refused => [
        `with a subject that is too long: ${subject}`,
        withText(subject, 'x'.repeat(79)),
        [`${subject}: may be 79 characters long, 78 at most`],
      ],
    ),
    [
      'with a sentence that is too long',
      withText('error.FORBIDDEN', 'x'.repeat(201)),
      ['error.FORBIDDEN: may be 201 characters long, 200 at most'],
    ],
    [
      'that is written the other way',
      { ...english, dir: 'rtl' as const },
      ['dir: is rtl, and the language is written ltr'],
    ],
  ]
  test.each(refused)('%s', (_what, file, mistakes) => {
    expect(findMistakes('en', file, english)).toEqual(mistakes)
  })

  test('that is no ICU message', () => {
    const [mistake] = findMistakes('en', withText(link, 'x {'), english)
    expect(mistake).toMatch(new RegExp(`^${link}: cannot be read, `))
  })
})
