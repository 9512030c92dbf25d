import { z } from 'zod'

const rfc3339 = z.iso.datetime({ offset: true })
const [first, last] = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'].map(Date.parse) as [number, number]

/** Whether the text is a moment of RFC 3339, of a year in UTC that PostgreSQL can read when Date has written it. */
export function isInstant(text: string): boolean {
  const at = Date.parse(text)
  return at >= first && at <= last && rfc3339.safeParse(text).success
}
