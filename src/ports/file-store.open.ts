import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { diskFileStore } from './file-store.disk.ts'
import type { FileStore } from './file-store.ts'

/** Where FILE_STORE_URL says; API and workers must agree. */
export const openFileStore = ({ fileStoreUrl }: Config): FileStore => diskFileStore(fileURLToPath(fileStoreUrl))
