/** Brings every message to every process, in one order, its own included; one that was cut off misses what came meanwhile. */
export type ChangeChannel = {
  send(message: string): Promise<void>
  /** Settles once it is heard. */
  subscribe(hear: (message: string) => void): Promise<void>
  close(): Promise<void>
}
