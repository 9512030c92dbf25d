import type { Language } from '../messages/language.ts'
import { wordsOf } from '../messages/words.ts'
import type { Brand, ShownLogo } from './brand.ts'
import { htmlOf } from './layout.ts'
import type { Letter } from './letter.ts'
import { letterOf, type MailContent } from './letters.ts'

export type RenderedMail = {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** BCP 47. */
  readonly language: string
  /** The picture that the HTML names. */
  readonly logo?: ShownLogo | undefined
}

type Reader = { readonly language: Language; readonly timeZone?: string | null; readonly brand: Brand }

export function renderMail(content: MailContent, { language, timeZone, brand }: Reader): RenderedMail {
  const words = wordsOf(language, timeZone)
  const letter = letterOf(words, content)
  const text = letter.paragraphs.map(textOf).join('\n\n')
  return {
    subject: letter.subject,
    text: `${text}\n`,
    html: htmlOf(words, letter, brand),
    language: language.tag,
    logo: brand.logo,
  }
}

function textOf(part: Letter['paragraphs'][number]): string {
  if (typeof part === 'string') return part
  return 'link' in part ? part.link : part.code
}
