import { type Html, html, trustMarkup } from '../../src/pages/html.ts'
import { htmlPage } from '../../src/pages/layout.ts'

// Compiled by `tsc --noEmit`, never run: each expected error is a mistake that the compiler must catch.

declare const text: string

export const made: readonly Html[] = [html`<p>${text}</p>`, html`<p>${html`<b>${text}</b>`}</p>`, trustMarkup(text)]

// @ts-expect-error text is no markup
export const spelt: Html = `<p>${text}</p>`
// @ts-expect-error nothing becomes markup by its shape
export const forged: Html = { markup: `<p>${text}</p>` }
// @ts-expect-error a page takes markup alone
export const page = htmlPage({ title: text, head: html``, body: `<p>${text}</p>` })
