import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type LanguageFile, languagesFolder, readLanguageFile } from '../messages/language.ts'
import { isPseudo, pseudoLanguage } from '../messages/pseudo.ts'
import { sourceTag } from '../messages/tags.ts'
import { type Asset, readAsset } from '../pages/assets.ts'
import { etagOf } from '../pages/etag.ts'
import { packageRoot } from '../process/package-root.ts'
import { readIfThere } from '../process/read-if-there.ts'

/** The front end in `examples/web`. Its files are read at each request, so that an edit shows after a reload. */
const exampleRoot = pathToFileURL(join(packageRoot, 'examples/web/'))
const clientRoot = pathToFileURL(join(packageRoot, 'src/client/'))
/** Allows one dot, before the ending, so that no name leads out of the folder. */
const plainName = /^(?:[a-z0-9-]+\/)*[A-Za-z0-9-]+\.(?:ts|css|svg)$/

/** Resolves to undefined if there is no such file. `postern/messages/de` has no ending in the import map. */
export async function readExampleAsset(asked: string): Promise<Asset | undefined> {
  const name = asked.startsWith('client/messages/') ? asked.replace(/(?<!\.ts)$/, '.ts') : asked
  if (!plainName.test(name)) return undefined
  return pseudoModule(name) ?? readAsset(locate(name))
}

/** The example has its own files and, of the server's sources, those of the client. */
const locate = (name: string): URL =>
  name.startsWith('client/') ? new URL(name.slice('client/'.length), clientRoot) : new URL(name, exampleRoot)

/** The modules of a pseudo-language are in no file: they are made of the English texts, as its mails are. */
function pseudoModule(name: string): Asset | undefined {
  const [, folder, tag = ''] = /^(client\/messages|src\/languages)\/([\w-]+)\.ts$/.exec(name) ?? []
  if (!isPseudo(tag)) return undefined
  const isOfClient = folder === 'client/messages'
  const english = readLanguageFile(
    isOfClient ? languagesFolder : fileURLToPath(new URL('messages', exampleRoot)),
    sourceTag,
  )
  const { dir, messages } = pseudoLanguage(tag, english)
  const texts = JSON.stringify(textsBy(isOfClient ? /^(?:error|rule)\./ : /^/, messages))
  const body = isOfClient
    ? `export const tag = '${tag}', dir = '${dir}', sentences = ${texts}`
    : `export * from 'postern/messages/${tag}'\nexport const texts = ${texts}`
  return { type: 'text/javascript; charset=utf-8', body, etag: etagOf(body) }
}

const textsBy = (prefix: RegExp, messages: LanguageFile['messages']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(messages).flatMap(([key, { text }]) => (prefix.test(key) ? [[key.replace(prefix, ''), text]] : [])),
  )

type Page = { readonly html: string; readonly policy: string }

/** The front end's only page. Resolves to undefined if the example was left out, as in the container image. */
export async function readPage(pictureOrigin: string): Promise<Page | undefined> {
  const html = (await readIfThere(new URL('index.html', exampleRoot)))?.toString()
  return html === undefined ? undefined : { html, policy: policyOf(html, pictureOrigin) }
}

/** The only inline script is the import map, allowed by its digest; trusted types keep text from becoming markup. */
function policyOf(html: string, pictureOrigin: string): string {
  const importMap = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
  const digest = createHash('sha256').update(importMap).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${digest}'`,
    "style-src 'self'",
    `img-src 'self' data: ${pictureOrigin}`,
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}
