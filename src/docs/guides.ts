import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { packageRoot } from '../process/package-root.ts'
import { type Rendered, renderMarkdown } from './markdown.ts'

const folder = join(packageRoot, 'docs')

const groups = {
  Build: ['pages', 'example', 'client', 'error-lab', 'providers', 'access-tokens', 'forward-auth', 'events', 'search'],
  Run: ['configuration', 'operate', 'import'],
  Inside: ['architecture', 'decisions'],
}
/** Pages of their own, and lists of what tests show, which are for whoever has the source. */
const elsewhere = new Map([
  ['errors', '/docs/errors'],
  ['routes', '/docs/routes'],
])
const leftOut = new Set(['security', 'field', ...elsewhere.keys()])

type Guide = { readonly name: string; readonly title: string; readonly place: string }
export type GuideGroup = { readonly title: string; readonly guides: readonly Guide[] }
export type Guides = {
  readonly groups: readonly GuideGroup[]
  render(name: string): Rendered | undefined
}

const placeOf = (name: string): string => `/docs/guides/${name}`

/** The Markdown of `docs/`, as it is written; none where it was left out. */
export function openGuides(): Guides {
  const sources = readSources()
  const guideOf = (name: string): Guide => ({
    name,
    title: /^# (.*)$/m.exec(sources.get(name) ?? '')?.[1] ?? name,
    place: placeOf(name),
  })
  const named = new Set(Object.values(groups).flat())
  const others = [...sources.keys()].filter((name) => !named.has(name))
  return {
    groups: Object.entries({ ...groups, More: others })
      .map(([title, names]) => ({ title, guides: names.filter((name) => sources.has(name)).map(guideOf) }))
      .filter(({ guides }) => guides.length > 0),
    render: (name) => {
      const source = sources.get(name)
      return source === undefined
        ? undefined
        : renderMarkdown(source, { placeOf: (href) => placeOfLink(href, (other) => sources.has(other)) })
    },
  }
}

function readSources(): ReadonlyMap<string, string> {
  const names = namesIn(folder)
  const sources = names.map((name) => [name, readFileSync(join(folder, `${name}.md`), 'utf8')] as const)
  const decisions = namesIn(join(folder, 'decisions'))
    .map((name) => readFileSync(join(folder, 'decisions', `${name}.md`), 'utf8').replace(/^# /, '## '))
    .join('\n')
  const all = new Map(sources.filter(([name]) => !leftOut.has(name)))
  if (decisions !== '') all.set('decisions', `# Decisions\n\nWhy the unusual parts are as they are.\n\n${decisions}`)
  return all
}

function namesIn(path: string): string[] {
  try {
    const files = readdirSync(path).filter((file) => file.endsWith('.md'))
    return files.map((file) => file.slice(0, -'.md'.length)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A link between files of `docs/` as one between pages. */
function placeOfLink(href: string, isThere: (name: string) => boolean): string | undefined {
  if (/^(?:https?:|#|\/)/.test(href)) return href
  const [file = '', fragment] = href.split('#')
  const hash = fragment === undefined ? '' : `#${fragment}`
  if (/^pictures\/[\w-]+\.png$/.test(file)) return `/docs/${file}`
  if (file.startsWith('decisions/')) return isThere('decisions') ? placeOf('decisions') : undefined
  const name = posix.basename(file, '.md')
  if (file !== `${name}.md`) return undefined
  const page = elsewhere.get(name)
  if (page !== undefined) return `${page}${hash}`
  return isThere(name) ? `${placeOf(name)}${hash}` : undefined
}
