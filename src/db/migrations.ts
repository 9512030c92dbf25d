import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'

/** Beside package.json, wherever the program was built to. */
export const migrationsFolder = join(dirname(findPackageJSON('..', import.meta.url) ?? ''), 'migrations')
