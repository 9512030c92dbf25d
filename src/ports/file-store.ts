/** The store failed; or it is full. */
export class FileStoreError extends Error {}

/** Holds files by their names, each written once. Every method throws a FileStoreError where the store fails. */
export type FileStore = {
  /** Afterwards the bytes outlive a crash. */
  put(name: string, bytes: Buffer): Promise<void>
  get(name: string): Promise<Buffer | undefined>
  /** A file that is not there is deleted already. */
  delete(name: string): Promise<void>
  list(): AsyncIterable<{ readonly name: string; readonly modifiedAt: Date }>
  /** Rejects while a folder takes no file; a bucket is asked by doctor alone. */
  ping?(): Promise<void>
}
