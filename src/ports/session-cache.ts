/**
 * A cache between the memory of each process and PostgreSQL, which shares what one process has read with the others.
 * Losing it costs one look-up for each session.
 */
export type SessionCache = {
  /** Resolves to undefined if the key is not there or the cache is away. */
  find(key: string): Promise<Buffer | undefined>
  store(key: string, value: Buffer, ttlMs: number): void
  close(): void
}
