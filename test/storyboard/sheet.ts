import { type Html, html } from '../../src/pages/html.ts'
import type { Scene } from './walk.ts'

const style = html`:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 90rem; padding: 1rem }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(17.5rem, 1fr)); gap: 1rem; padding: 0; list-style: none }
img { width: 280px; max-width: 100%; border: 1px solid GrayText; border-radius: .5rem }
li p { margin: .2rem 0; overflow-wrap: anywhere } .bad { color: light-dark(#b3261e, #ff9d94) }`

/** Whether the error has a sentence that can be read. */
export const isShown = ({ sentences }: Scene): boolean => sentences.length > 0

/** The last line of every run. */
export function figureOf(scenes: readonly Scene[], locale?: string): string {
  const shown = scenes.filter(isShown).length
  const calls = new Set(scenes.map(({ call }) => call)).size
  const percent = scenes.length === 0 ? 0 : Math.floor((shown / scenes.length) * 1000) / 10
  const flawed = scenes.filter(({ violations }) => violations.length > 0).length
  const what = locale === undefined ? 'a visible sentence' : `a visible sentence in ${locale}`
  return (
    `${shown} of ${scenes.length} declared errors of ${calls} calls have ${what} (${percent} %); ` +
    `${flawed} of the pages have something that axe does not accept.`
  )
}

/** All states on one page that needs nothing else. */
export const sheet = (scenes: readonly Scene[], locale?: string): string =>
  html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Storyboard</title><style>${style}</style></head>
<body><h1>Storyboard</h1>
<p>${figureOf(scenes, locale)}</p>
${[...Map.groupBy(scenes, ({ flow, call }) => `${flow}: ${call}`)].map(([name, all]) => part(name, all))}
</body></html>
`.markup

const part = (name: string, scenes: readonly Scene[]): Html => html`<h2>${name}</h2><ul>${scenes.map(card)}</ul>\n`

function card(scene: Scene): Html {
  const { code, picture, sentences, violations, failure } = scene
  const words = isShown(scene)
    ? sentences.map((one) => html`<p dir="auto">${one}</p>`)
    : html`<p class="bad">${failure ?? 'Nothing to read.'}</p>`
  const flaws = violations.map((one) => html`<p class="bad">${one}</p>`)
  const source = `data:image/webp;base64,${picture}`
  const image = picture !== '' && html`<img src="${source}" alt="The page after ${code}" loading="lazy">`
  return html`<li>${image}<p><code>${code}</code></p>${words}${flaws}</li>`
}
