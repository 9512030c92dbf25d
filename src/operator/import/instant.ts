const zoneless = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?$/
const withZone = /^(.*?) ?(?:(Z|UTC|GMT)|([+-]\d\d)(?::?(\d\d))?)$/i

/**
 * Units of a number since 1970, each from its least value on: 1e8 s and 1e11 ms are in 1973, while 1e11 s would be in
 * the year 5138. Smaller numbers are not times.
 */
const units = [
  { least: 1e14, toMs: 1e-3 },
  { least: 1e11, toMs: 1 },
  { least: 1e8, toMs: 1e3 },
]

/**
 * Reads a time: ISO 8601 and its variants in PostgreSQL, MySQL, Rails and MongoDB, or seconds, milliseconds or
 * microseconds since 1970. A time without a zone is UTC. Returns undefined if the value is not a time [FD24].
 */
export function readInstant(value: unknown): Date | undefined {
  if (isNoTime(value)) return undefined
  if (typeof value === 'object' && value !== null && '$date' in value) return readInstant(value.$date)
  if (typeof value === 'object' && value !== null && '$numberLong' in value) return readInstant(value.$numberLong)
  const text = String(value).trim()
  if (/^\d{1,16}(?:\.\d+)?$/.test(text)) {
    const unit = units.find(({ least }) => Number(text) >= least)
    return unit && valid(new Date(Number(text) * unit.toMs))
  }
  return readText(text)
}

/** The least date of MySQL, and that of Go and .NET: how they write that there is none. */
export const isNoTime = (value: unknown): boolean => /^000[01]-/.test(String(value))

/**
 * Whether a ban lasts until then: without a value there is none, and one that is not a time (`infinity`) has no end.
 */
export const isAhead = (until: unknown): boolean =>
  until !== undefined && !isNoTime(until) && (readInstant(until)?.getTime() ?? Number.POSITIVE_INFINITY) > Date.now()

function readText(text: string): Date | undefined {
  const [, local = text, utc, hours, minutes = '00'] = zoneless.test(text) ? [] : (withZone.exec(text) ?? [])
  const [, day, time = '00:00', fraction = '0'] = zoneless.exec(local) ?? []
  if (day === undefined || !isDay(day)) return undefined
  const zone = utc !== undefined || hours === undefined ? 'Z' : `${hours}:${minutes}`
  const seconds = time.length === 5 ? `${time}:00` : time
  return valid(new Date(`${day}T${seconds}.${fraction.slice(0, 3)}${zone}`))
}

/** Whether the day exists: JavaScript would read the 30th of February as a day in March. */
function isDay(day: string): boolean {
  const found = valid(new Date(`${day}T00:00:00Z`))
  return found?.toISOString().startsWith(day) ?? false
}

const valid = (date: Date): Date | undefined => (Number.isNaN(date.getTime()) ? undefined : date)
