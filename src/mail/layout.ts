import type { Words } from '../messages/words.ts'
import { type Html, html } from '../pages/html.ts'
import type { Brand } from './brand.ts'
import type { Letter } from './letter.ts'

/** Mail programs drop style sheets, so each element carries its style; those with a dark mode read these classes. */
const dark = html`.page{background:#121214!important}.card{background:#1e1e21!important}\
.ink,.code{color:#f2f2f3!important}.soft{color:#a9a9b0!important}.link a{color:#9db8ff!important}`

const font = html`font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
const table = html`role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"`

/** A column of tables, which every mail program lays out alike. Nothing is loaded from anywhere. */
export function htmlOf(words: Words, { subject, paragraphs }: Letter, brand: Brand): string {
  const { tag, dir } = words
  const blocks = paragraphs.map((part, index) => html`${index > 0 && '\n'}${block(words, part, brand)}`)
  // Some programs drop the html element, and its language and direction with it.
  return html`<!doctype html>
<html lang="${tag}" dir="${dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${subject}</title>
<style>@media (prefers-color-scheme:dark){${dark}}</style></head>
<body class="page" style="margin:0;background:#f3f3f5">
<table ${table} lang="${tag}" dir="${dir}"><tr>
<td class="page" align="center" style="background:#f3f3f5;padding:24px 12px">
<table ${table} style="max-width:560px"><tr>
<td class="card" style="background:#ffffff;border-radius:12px;padding:32px;text-align:start;${font}">
${brand.appName !== undefined && heading(brand.appName)}${blocks}
</td></tr><tr>
<td class="soft" style="color:#62626a;padding:16px 32px;text-align:start;font-size:13px;line-height:20px;${font}">
${footer(words, brand)}
</td></tr></table>
</td></tr></table>
</body></html>
`.markup
}

const heading = (name: string): Html =>
  html`<div class="ink" style="color:#1b1b1f;font-size:18px;font-weight:600;padding-bottom:16px">${name}</div>\n`

const footer = ({ say }: Words, { supportEmail }: Brand): Html =>
  html`${say('mail.frame.automatic')}${
    supportEmail !== undefined && html`<br>\n${say('mail.frame.support', { address: supportEmail })}`
  }`

const paragraph = 'margin:0 0 16px;font-size:16px;line-height:24px'

function block({ say }: Words, part: Letter['paragraphs'][number], brand: Brand): Html {
  if (typeof part === 'string') return html`<p class="ink" style="${paragraph};color:#1b1b1f">${part}</p>`
  if ('code' in part)
    return html`<p class="code" dir="ltr" style="${paragraph};color:#1b1b1f;font-size:32px;line-height:40px;\
font-weight:700;letter-spacing:2px;text-align:center">${part.code}</p>`
  const { link, button } = part
  const { color, inkOnColor } = brand
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 20px"><tr>
<td bgcolor="${color}" style="background:${color};border-radius:8px">
<a href="${link}" style="display:inline-block;padding:12px 24px;color:${inkOnColor};font-size:16px;line-height:24px;\
font-weight:600;text-decoration:none">${button}</a></td></tr></table>
<div class="soft" style="color:#62626a;font-size:13px;line-height:20px">${say('mail.frame.copy_link')}</div>
<p class="link" dir="ltr" style="margin:0 0 16px;font-size:13px;line-height:20px;word-break:break-all;\
text-align:start"><a href="${link}" style="color:#2f5bd0">${link}</a></p>`
}
