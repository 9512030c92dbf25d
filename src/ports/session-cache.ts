/**
 * Between the memory of one process and PostgreSQL: what any process read, for the others. Losing it costs a look-up
 * each.
 */
export type SessionCache = {
  /** Nothing also where the cache is away. */
  find(key: string): Promise<Buffer | undefined>
  store(key: string, value: Buffer, ttlMs: number): void
  close(): void
}
