import Slugger from 'github-slugger'
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import go from 'highlight.js/lib/languages/go'
import ini from 'highlight.js/lib/languages/ini'
import json from 'highlight.js/lib/languages/json'
import nginx from 'highlight.js/lib/languages/nginx'
import python from 'highlight.js/lib/languages/python'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import { Marked, type Tokens } from 'marked'
import { type Html, html, trustMarkup } from '../pages/html.ts'

const languages = { bash, go, ini, json, nginx, python, sql, typescript, xml, yaml }
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)
hljs.registerAliases(['js', 'jsx'], { languageName: 'typescript' })
hljs.registerAliases(['svelte', 'vue'], { languageName: 'xml' })

type Heading = { readonly id: string; readonly depth: number; readonly text: string }
export type Rendered = { readonly title: string; readonly body: Html; readonly headings: readonly Heading[] }

/** A block of highlighted code; code in an unknown language is not highlighted. */
export function codeBlock(text: string, language = ''): Html {
  const shown = hljs.getLanguage(language) ? trustMarkup(hljs.highlight(text, { language }).value) : text
  return html`<div class="code"><pre tabindex="0"><code>${shown}</code></pre></div>\n`
}

type Places = {
  /** The address on the site that a link of the source leads to; undefined if the site does not have it. */
  readonly placeOf: (href: string) => string | undefined
}

/** Renders Postern's own Markdown, in which the only HTML is comments. */
export function renderMarkdown(source: string, { placeOf }: Places): Rendered {
  const slugger = new Slugger()
  const headings: Heading[] = []
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const text = this.parser.parseInline(tokens, this.parser.textRenderer)
        const id = slugger.slug(text)
        headings.push({ id, depth, text })
        const words = trustMarkup(this.parser.parseInline(tokens))
        if (depth === 1) return html`<h1>${words}</h1>\n`.markup
        const anchor = html`<a class="anchor" href="#${id}" aria-label="Link to ${text}">#</a>`
        return html`<h${depth} id="${id}">${words} ${anchor}</h${depth}>\n`.markup
      },
      link({ href, tokens }: Tokens.Link): string {
        const words = this.parser.parseInline(tokens)
        const place = placeOf(href)
        return place === undefined ? words : html`<a href="${place}">${trustMarkup(words)}</a>`.markup
      },
      image({ href, text }: Tokens.Image): string {
        const place = placeOf(href)
        return (place === undefined ? html`${text}` : html`<img src="${place}" alt="${text}" loading="lazy">`).markup
      },
      code: ({ text, lang }: Tokens.Code): string => codeBlock(text, lang).markup,
      html: ({ text }: Tokens.HTML | Tokens.Tag): string => (text.startsWith('<!--') ? '' : html`${text}`.markup),
    },
  })
  const markup = marked
    .parse(source, { async: false })
    .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
  const title = headings.find(({ depth }) => depth === 1)?.text ?? ''
  return { title, body: trustMarkup(markup), headings: headings.filter(({ depth }) => depth > 1) }
}
