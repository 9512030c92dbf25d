import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Asset, readAsset } from '../pages/assets.ts'
import { packageRoot } from '../process/package-root.ts'
import { readIfThere } from '../process/read-if-there.ts'

/**
 * The front end in `examples/web` as a browser takes it: its files read anew each time, so that an edit shows at a
 * reload.
 */
const exampleRoot = pathToFileURL(join(packageRoot, 'examples/web/'))
const clientRoot = pathToFileURL(join(packageRoot, 'src/client/'))
/** No dot but the one before the ending, so that no name leads out of the folder. */
const plainName = /^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.(?:ts|css|svg)$/

/** `undefined` where there is no such file. */
export const readExampleAsset = async (name: string): Promise<Asset | undefined> =>
  plainName.test(name) ? readAsset(locate(name)) : undefined

/** Its own files, and of the server's sources those of the client. */
const locate = (name: string): URL =>
  name.startsWith('client/') ? new URL(name.slice('client/'.length), clientRoot) : new URL(name, exampleRoot)

type Page = { readonly html: string; readonly policy: string }

/** The one page of the front end; `undefined` where the example was left out, as in the container image. */
export async function readPage(pictureOrigin: string): Promise<Page | undefined> {
  const html = (await readIfThere(new URL('index.html', exampleRoot)))?.toString()
  return html === undefined ? undefined : { html, policy: policyOf(html, pictureOrigin) }
}

/** Inline is the import map alone, named by its digest; nothing may make markup from text. */
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
