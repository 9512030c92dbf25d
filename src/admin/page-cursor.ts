import { isUuid } from '../http/validation.ts'
import { isInstant } from '../text/instant.ts'

export const sorts = ['created_at', 'last_seen_at', 'email'] as const
export type Sort = (typeof sorts)[number]

export const directions = ['asc', 'desc'] as const
export type Direction = (typeof directions)[number]

export type Order = { readonly sort: Sort; readonly direction: Direction }
/** The last row of a page: what it is sorted by, as text, and its id. */
export type Place = { readonly key: string; readonly id: string }

export const writeCursor = ({ sort, direction }: Order, { key, id }: Place): string =>
  Buffer.from(JSON.stringify([sort, direction, key, id])).toString('base64url')

/** Returns undefined for what is no cursor of a page in this order. */
export function readCursor(text: string, { sort, direction }: Order): Place | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (!Array.isArray(read) || !read.every((part) => typeof part === 'string')) return undefined
    const [ofSort, ofDirection, key = '', id = '', ...rest] = read as string[]
    if (ofSort !== sort || ofDirection !== direction || !isUuid(id) || rest.length > 0) return undefined
    const isKey = sort === 'email' ? !key.includes('\0') : key === '-infinity' || isInstant(key)
    return isKey ? { key, id } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
