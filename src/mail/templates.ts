import { escapeHtml } from '../pages/html.ts'
import type { AdministratorContent, MailContent } from './content.ts'
import type { Letter } from './letter.ts'
import { letterToAdministrators } from './letters-to-administrators.ts'
import { letterToOwner } from './letters-to-owners.ts'

export type RenderedMail = { readonly subject: string; readonly text: string; readonly html: string }

export function renderMail(content: MailContent): RenderedMail {
  const { subject, paragraphs } = isForAdministrators(content)
    ? letterToAdministrators(content)
    : letterToOwner(content)
  const text = paragraphs.map((part) => (typeof part === 'string' ? part : part.link)).join('\n\n')
  return { subject, text: `${text}\n`, html: htmlOf(paragraphs) }
}

/** Each of them, or it does not compile. */
const forAdministrators: Readonly<Record<AdministratorContent['template'], true>> = {
  role_granted: true,
  admin_way_in: true,
  provider_registered: true,
  provider_deleted: true,
  provider_moved: true,
  provider_move_confirmed: true,
}

const isForAdministrators = (content: MailContent): content is AdministratorContent =>
  Object.hasOwn(forAdministrators, content.template)

function htmlOf(paragraphs: Letter['paragraphs']): string {
  const body = paragraphs.map((part) => {
    if (typeof part === 'string') return `<p>${escapeHtml(part)}</p>`
    const link = escapeHtml(part.link)
    return `<p><a href="${link}">${link}</a></p>`
  })
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title></title></head><body>\n${body.join('\n')}\n</body></html>\n`
}
