type AccountKey = `account:${string}` | `device:${string}`
type AddressKey = `address:${string}`

/** Names a count of tries: for an account, one of its devices, or an address without an account; codes are separate. */
export type AttemptsKey = AccountKey | AddressKey | `codes:${AccountKey | AddressKey}`

/** The count of wrong mailed digits in a row, beside those of tries; see rest.ts. */
export const restPrefix = 'mailed:'

/** A known device has its own count, so that others cannot lock it out [TH2]. */
export const accountAttempts = (userId: string, deviceId: string | null): AccountKey =>
  deviceId === null ? `account:${userId}` : `device:${deviceId}`
