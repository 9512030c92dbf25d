import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

const manifest = findPackageJSON('..', import.meta.url)
if (manifest === undefined)
  throw new Error('Postern lies in no folder with its package.json: the migrations are there.')

/** The folder of package.json, wherever the program was built to. */
export const packageRoot = dirname(manifest)
