type AccountKey = `account:${string}` | `device:${string}`

/**
 * A count of tries: of an account, of one of its devices, or of an address without an account; passwords and codes
 * apart.
 */
export type AttemptsKey = AccountKey | `address:${string}` | `codes:${AccountKey}`

/** A known device has a count of its own, so that others cannot lock it out [TH2]. */
export const accountAttempts = (userId: string, deviceId: string | null): AccountKey =>
  deviceId === null ? `account:${userId}` : `device:${deviceId}`
