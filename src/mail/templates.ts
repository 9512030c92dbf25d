import type { Language } from '../messages/language.ts'
import { wordsOf } from '../messages/words.ts'
import { escapeHtml } from '../pages/html.ts'
import type { Letter } from './letter.ts'
import { letterOf, type MailContent } from './letters.ts'

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

export function renderMail(content: MailContent, language: Language, timeZone?: string | null): RenderedMail {
  const { subject, paragraphs } = letterOf(wordsOf(language, timeZone), content)
  const text = paragraphs.map(textOf).join('\n\n')
  return { subject, text: `${text}\n`, html: htmlOf(language, paragraphs) }
}

type Paragraph = Letter['paragraphs'][number]

function textOf(part: Paragraph): string {
  if (typeof part === 'string') return part
  return 'link' in part ? part.link : part.code
}

function htmlOf({ tag, dir }: Language, paragraphs: Letter['paragraphs']): string {
  const body = paragraphs.map((part) => {
    if (typeof part === 'string') return `<p>${escapeHtml(part)}</p>`
    if ('code' in part) return `<p dir="ltr" style="font-size: 2em"><strong>${escapeHtml(part.code)}</strong></p>`
    const link = escapeHtml(part.link)
    return `<p dir="ltr"><a href="${link}">${link}</a></p>`
  })
  return (
    `<!doctype html>\n<html lang="${tag}" dir="${dir}"><head><meta ` +
    `charset="utf-8"><title></title></head><body>\n${body.join('\n')}\n</body></html>\n`
  )
}
