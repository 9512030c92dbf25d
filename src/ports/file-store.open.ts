import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import { diskFileStore } from './file-store.disk.ts'
import { s3FileStore } from './file-store.s3.ts'
import type { FileStore } from './file-store.ts'

/** Opens the store at FILE_STORE_URL; API and workers must use the same. */
export function openFileStore({ fileStoreUrl: url, s3AccessKeyId = '', s3SecretAccessKey = '' }: Config): FileStore {
  return url.startsWith('s3:')
    ? s3FileStore({ url, accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey })
    : diskFileStore(fileURLToPath(url))
}
