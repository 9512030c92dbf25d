import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import { diskFileStore } from './file-store.disk.ts'
import { s3FileStore } from './file-store.s3.ts'
import type { FileStore } from './file-store.ts'

/** Where FILE_STORE_URL says; API and workers must agree. */
export function openFileStore({ fileStoreUrl: url, s3AccessKeyId = '', s3SecretAccessKey = '' }: Config): FileStore {
  return url.startsWith('s3:')
    ? s3FileStore({ url, accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey })
    : diskFileStore(fileURLToPath(url))
}
