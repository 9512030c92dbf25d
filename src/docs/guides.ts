import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { packageRoot } from '../process/package-root.ts'
import { type Rendered, renderMarkdown } from './markdown.ts'

const folder = join(packageRoot, 'docs')

const groups = {
  'Front ends': ['react', 'next', 'sveltekit', 'nuxt', 'expo'],
  Services: ['go', 'python'],
  Proxies: ['nginx', 'caddy'],
  'By hand': ['curl'],
  Build: [
    'pages',
    'example',
    'client',
    'contract',
    'passkeys',
    'mailed-codes',
    'languages',
    'error-lab',
    'providers',
    'access-tokens',
    'forward-auth',
    'events',
    'search',
  ],
  Run: ['configuration', 'sign-up', 'console', 'impersonation', 'operate', 'support', 'passwords', 'import'],
  Inside: ['architecture', 'decisions'],
}
/** Left out of the guides: pages that are built separately, and lists of tests, which are for readers of the source. */
const elsewhere = new Map([
  ['errors', '/docs/errors'],
  ['routes', '/docs/routes'],
])
const leftOut = new Set(['security', 'field', ...elsewhere.keys()])

type Guide = { readonly name: string; readonly title: string; readonly sentence: string; readonly place: string }
export type GuideGroup = { readonly title: string; readonly guides: readonly Guide[] }
export type Guides = {
  readonly groups: readonly GuideGroup[]
  render(name: string): Rendered | undefined
}

type Source = {
  /** The folder in `docs/` that holds the source; its links are relative to that folder. */
  readonly under: string
  readonly text: string
}

const placeOf = (name: string): string => `/docs/guides/${name}`

/** Reads the Markdown of `docs/` and `docs/guides/`; there is none if the folder was left out of the installation. */
export function openGuides(): Guides {
  const sources = readSources()
  const guideOf = (name: string): Guide => {
    const { text = '' } = sources.get(name) ?? {}
    return { name, title: /^# (.*)$/m.exec(text)?.[1] ?? name, sentence: firstSentence(text), place: placeOf(name) }
  }
  const named = new Set(Object.values(groups).flat())
  const others = [...sources.keys()].filter((name) => !named.has(name))
  return {
    groups: Object.entries({ ...groups, More: others })
      .map(([title, names]) => ({ title, guides: names.filter((name) => sources.has(name)).map(guideOf) }))
      .filter(({ guides }) => guides.length > 0),
    render: (name) => {
      const source = sources.get(name)
      if (source === undefined) return undefined
      const places = { placeOf: (href: string) => placeOfLink(href, source.under, (other) => sources.has(other)) }
      return renderMarkdown(source.text, places)
    },
  }
}

/** The first sentence of a page, which says what it is about, without Markdown's marks. */
function firstSentence(text: string): string {
  const [, first = ''] = text.split('\n\n')
  const plain = first
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll('\n', ' ')
  return plain.replace(/\. .*/, '.').replace(/:$/, '.')
}

function readSources(): ReadonlyMap<string, Source> {
  const read = (under: string) =>
    namesIn(under).map(
      (name) => [name, { under, text: readFileSync(join(folder, under, `${name}.md`), 'utf8') }] as const,
    )
  const all = new Map<string, Source>([...read(''), ...read('guides')].filter(([name]) => !leftOut.has(name)))
  const decisions = read('decisions').map(([, { text }]) => text.replace(/^# /, '## '))
  if (decisions.length > 0) {
    const text = `# Decisions\n\nWhy the unusual parts are as they are.\n\n${decisions.join('\n')}`
    all.set('decisions', { under: 'decisions', text })
  }
  return all
}

function namesIn(under: string): string[] {
  try {
    const files = readdirSync(join(folder, under)).filter((file) => file.endsWith('.md'))
    return files.map((file) => file.slice(0, -'.md'.length)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Turns a link between files of `docs/` into one between pages. Returns undefined if no page shows that file. */
function placeOfLink(href: string, under: string, isThere: (name: string) => boolean): string | undefined {
  if (/^(?:https?:|#|\/)/.test(href)) return href
  const [written = '', fragment] = href.split('#')
  const file = posix.join(under, written)
  const hash = fragment === undefined ? '' : `#${fragment}`
  if (/^pictures\/[\w-]+\.png$/.test(file)) return `/docs/${file}`
  if (/^decisions(?:\/|$)/.test(file)) return isThere('decisions') ? placeOf('decisions') : undefined
  const name = posix.basename(file, '.md')
  if (file !== `${name}.md` && file !== `guides/${name}.md`) return undefined
  const page = elsewhere.get(name)
  if (page !== undefined) return `${page}${hash}`
  return isThere(name) ? `${placeOf(name)}${hash}` : undefined
}
