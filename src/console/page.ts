import { html } from '../pages/html.ts'
import { htmlPage } from '../pages/layout.ts'

/** Where the page loads from: the sources have the paths that they have in `src`, so that their imports hold. */
export const assetsAt = '/console/assets'
const browser = `${assetsAt}/pages/browser`

/** In their order. They are named here, as one that asks for another makes the page wait twice. */
const styles = ['docs/base', 'console/console', 'console/frame', 'console/forms', 'console/lists', 'console/charts']

/** Its script fills it; the shapes are in the places of what is on its way. */
export const consolePage = htmlPage({
  title: 'Postern',
  icon: `${browser}/docs/icon.svg`,
  head: html`<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${styles.map((name) => html`<link rel="stylesheet" href="${browser}/${name}.css">\n`)}
<script type="module" src="${browser}/console/console.js"></script>`,
  body: html`<a id="skip" class="skip" href="#main" data-text="page.skip">Skip to content</a>
<header id="side">
  <a class="brand" href="#/"><img src="${browser}/docs/icon.svg" alt="" width="26" height="26">Postern</a>
  <button id="menu" type="button" aria-expanded="false" aria-controls="drawer" data-text="page.menu">Menu</button>
  <div id="drawer"><nav id="nav"></nav><div id="aside"></div></div>
</header>
<p id="status" role="status"></p>
<main id="main" class="card" tabindex="-1" aria-busy="true">
  <noscript>The console needs JavaScript.</noscript>
  <span class="bone title"></span><span class="bone"></span><span class="bone short"></span>
</main>`,
}).markup

/** As strict as a page can be: whoever gets text into it gets no further. */
export const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ')
