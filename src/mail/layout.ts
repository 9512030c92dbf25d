import type { Words } from '../messages/words.ts'
import { type Html, html, trustMarkup } from '../pages/html.ts'
import type { Brand } from './brand.ts'
import type { Letter } from './letter.ts'

/** Mail programs drop style sheets, so each element carries its style; those with a dark mode read these classes. */
const dark = [
  { of: '.page', background: '#121214' },
  { of: '.card', background: '#1e1e21' },
  { of: '.ink', color: '#f2f2f3' },
  { of: '.code', color: '#f2f2f3' },
  { of: '.soft', color: '#a9a9b0' },
  { of: '.link a', color: '#9db8ff' },
  // A dark logo would not be seen on the dark card.
  { of: '.logo', background: '#ffffff', padding: '8px', 'border-radius': '8px' },
]

const rule = ({ of, ...style }: (typeof dark)[number], prefix = ''): string => {
  const parts = Object.entries(style).map(([name, value]) => `${name}:${value}!important`)
  return `${prefix}${of}{${parts.join(';')}}`
}

/** Against what mail programs do by themselves: other sizes of text, gaps, and links in place of dates and addresses. */
const common = html`body{margin:0;padding:0;width:100%;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
table{mso-table-lspace:0pt;mso-table-rspace:0pt}
img{-ms-interpolation-mode:bicubic}
a[x-apple-data-detectors],u+.page .soft a,#MessageViewBody .soft a{color:inherit!important;\
text-decoration:none!important;font:inherit!important}
@media (max-width:480px){.around{padding:0!important}.card{border-radius:0!important;padding:24px 20px!important}\
.foot{padding:16px 20px!important}.button{width:100%!important}\
.button a{display:block!important;text-align:center!important}}`

/** Outlook in browsers and on telephones has no media query for the dark, but these attributes. */
const outlookDark = dark.map((one) => rule(one, 'background' in one ? '[data-ogsb] ' : '[data-ogsc] ')).join('\n')

const darkStyle = trustMarkup(`@media (prefers-color-scheme:dark){
${dark.map((one) => rule(one)).join('\n')}
}
${outlookDark}`)

/** Outlook on Windows falls back to Times where it does not know the first font, and knows no greatest width. */
const forOutlook = (markup: Html): Html => html`<!--[if mso]>${markup}<![endif]-->`
const outlookStyle = forOutlook(html`<style>table,td,div,p,a{font-family:Arial,sans-serif!important}</style>`)
const outlookColumn = {
  begin: forOutlook(
    html`<table role="presentation" width="560" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td>`,
  ),
  end: forOutlook(html`</td></tr></table>`),
}

const font = html`font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
const table = html`role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"`

/**
 * A column of tables, which every mail program lays out alike. Nothing is loaded from anywhere. Filters take HTML with
 * a picture and little else for one that hides its words in it; this has more than the 3,200 bytes that SpamAssassin
 * wants (test/mail/spam.test.ts).
 */
export function htmlOf(words: Words, { subject, paragraphs }: Letter, brand: Brand): string {
  const { tag, dir } = words
  const blocks = paragraphs.map((part, index) => html`${index > 0 && '\n'}${block(words, part, brand)}`)
  // Some programs drop the html element, and its language and direction with it.
  return html`<!doctype html>
<html lang="${tag}" dir="${dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${subject}</title>
<style>
${common}
${darkStyle}
</style>
${outlookStyle}</head>
<body class="page" style="margin:0;background:#f3f3f5">
<table ${table} lang="${tag}" dir="${dir}"><tr>
<td class="page around" align="center" style="background:#f3f3f5;padding:24px 12px">
${outlookColumn.begin}<table ${table} style="max-width:560px"><tr>
<td class="card" style="background:#ffffff;border-radius:12px;padding:32px;text-align:start;${font}">
${heading(brand)}${blocks}
</td></tr><tr>
<td class="soft foot" style="color:#62626a;padding:16px 32px;text-align:start;font-size:13px;line-height:20px;${font}">
${footer(words, brand)}
</td></tr></table>${outlookColumn.end}
</td></tr></table>
</body></html>
`.markup
}

/** By which the HTML names the part of the mail that is its logo: RFC 2392. */
export const logoCid = 'logo@postern'

const headingFont = 'color:#1b1b1f;font-size:18px;font-weight:600'

/** The logo, or the name where there is none or where a mail program shows no pictures. */
function heading({ appName: name, logo }: Brand): Html | undefined {
  if (name === undefined) return undefined
  if (logo === undefined) return html`<div class="ink" style="${headingFont};padding-bottom:16px">${name}</div>\n`
  const { shownWidth, shownHeight } = logo
  return html`<div style="padding-bottom:16px"><img class="logo" src="cid:${logoCid}" alt="${name}" \
width="${shownWidth}" height="${shownHeight}" style="display:block;width:${shownWidth}px;height:${shownHeight}px;\
border:0;outline:none;text-decoration:none;line-height:24px;${headingFont}"></div>\n`
}

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
  return html`<table class="button" role="presentation" cellpadding="0" cellspacing="0" border="0" \
style="margin:8px 0 20px"><tr>
<td bgcolor="${color}" style="background:${color};border-radius:8px">
<a href="${link}" style="display:inline-block;padding:12px 24px;color:${inkOnColor};font-size:16px;line-height:24px;\
font-weight:600;text-decoration:none">${button}</a></td></tr></table>
<div class="soft" style="color:#62626a;font-size:13px;line-height:20px">${say('mail.frame.copy_link')}</div>
<p class="link" dir="ltr" style="margin:0 0 16px;font-size:13px;line-height:20px;word-break:break-all;\
text-align:start"><a href="${link}" style="color:#2f5bd0">${link}</a></p>`
}
