/** The store failed, or is full. */
export class FileStoreError extends Error {}

/** Stores files under names, each written once. Every method throws a FileStoreError if the store fails. */
export type FileStore = {
  /** Afterwards the bytes survive a crash. */
  put(name: string, bytes: Buffer): Promise<void>
  get(name: string): Promise<Buffer | undefined>
  /** Succeeds if the file is not there. */
  delete(name: string): Promise<void>
  list(): AsyncIterable<{ readonly name: string; readonly modifiedAt: Date }>
  /** Rejects while the folder takes no files. A bucket has no `ping`: only doctor tries it. */
  ping?(): Promise<void>
}
