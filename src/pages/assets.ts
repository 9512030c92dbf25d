import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import { etagOf } from './etag.ts'

/** Scripts and styles of the pages: beside a built program as the build has made them, else as they are written. */
const folder = new URL('./browser/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** No dot but the one before the ending, so that no name leads out of the folder. */
const plainName = /^[a-z-]+\/[a-z-]+\.(?:js|ts|css|svg)$/

export type Asset = { readonly type: string; readonly body: string; readonly etag: string }

/** `undefined` where there is no such file. */
export async function readAsset(name: string): Promise<Asset | undefined> {
  if (!plainName.test(name)) return undefined
  const body = (await readIfThere(name)) ?? (await readIfThere(name.replace(/\.js$/, '.ts')))
  return body === undefined ? undefined : { type: types[extname(name)] ?? '', body, etag: etagOf(body) }
}

async function readIfThere(name: string): Promise<string | undefined> {
  try {
    const text = await readFile(new URL(name, folder), 'utf8')
    return name.endsWith('.ts') ? stripTypeScriptTypes(text) : text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
