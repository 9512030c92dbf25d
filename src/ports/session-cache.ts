/** Between the memory of one process and PostgreSQL: what any process read, for the others. Losing it costs a look-up each. */
export type SessionCache = {
  /** Nothing also where the cache is away. */
  find(key: string): Promise<string | undefined>
  store(key: string, value: string, ttlMs: number): void
  close(): void
}
