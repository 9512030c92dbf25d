import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

/** The folder of package.json, wherever the program was built to. */
export const packageRoot = dirname(findPackageJSON('..', import.meta.url) ?? '')
