import { stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import { readIfThere } from '../process/read-if-there.ts'
import { etagOf } from './etag.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export type Asset = { readonly type: string; readonly body: string; readonly etag: string }

/** Reads a file as a browser takes it: TypeScript without its types. Resolves to undefined if there is no such file. */
export async function readAsset(file: URL): Promise<Asset | undefined> {
  const text = (await readIfThere(file))?.toString()
  if (text === undefined) return undefined
  const ending = extname(file.pathname)
  const body = ending === '.ts' ? stripTypeScriptTypes(text) : text
  return { type: types[ending] ?? '', body, etag: etagOf(body) }
}

/** The pages' scripts and styles: beside a built program as the build made them, else as they are written. */
const folder = new URL('./browser/', import.meta.url)

/** Allows one dot, before the ending, so that no name leads out of the folder. */
const plainName = /^(?:[a-z-]+\/)+[\w-]+\.(?:js|ts|css|svg)$/

export async function readPageAsset(name: string): Promise<Asset | undefined> {
  if (!plainName.test(name)) return undefined
  return (await readAsset(new URL(name, folder))) ?? readAsset(new URL(name.replace(/\.js$/, '.ts'), folder))
}

/**
 * What a page loads that is made of the client package as well, by its path in `src`. Built, it is all in the files of
 * the page.
 */
export const readProgramAsset = async (path: string): Promise<Asset | undefined> => {
  const ofPage = /^pages\/browser\/(.*)/.exec(path)?.[1]
  if (ofPage !== undefined) return readPageAsset(ofPage)
  return plainName.test(path) && path.startsWith('client/')
    ? readAsset(new URL(`../${path}`, import.meta.url))
    : undefined
}
