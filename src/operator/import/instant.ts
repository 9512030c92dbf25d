const zoneless = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?$/
const withZone = /^(.*?) ?(?:(Z|UTC|GMT)|([+-]\d\d)(?::?(\d\d))?)$/i

/**
 * What a number counts, from the least on that is one: that was in 1973, and what it counted before would be the year
 * 5138.
 */
const units = [
  { least: 1e14, toMs: 1e-3 },
  { least: 1e11, toMs: 1 },
  { least: 1e8, toMs: 1e3 },
]

/**
 * When something was, as systems write it: ISO 8601 and what PostgreSQL, MySQL, Rails and MongoDB make of it, or
 * seconds, milliseconds or microseconds since 1970. Without a zone it is UTC. Nothing where it is no time [FD24].
 */
export function readInstant(value: unknown): Date | undefined {
  if (typeof value === 'object' && value !== null && '$date' in value) return readInstant(value.$date)
  if (typeof value === 'object' && value !== null && '$numberLong' in value) return readInstant(value.$numberLong)
  const text = String(value).trim()
  if (/^\d{1,16}(?:\.\d+)?$/.test(text)) {
    const unit = units.find(({ least }) => Number(text) >= least)
    return unit && valid(new Date(Number(text) * unit.toMs))
  }
  return readText(text)
}

function readText(text: string): Date | undefined {
  const [, local = text, utc, hours, minutes = '00'] = zoneless.test(text) ? [] : (withZone.exec(text) ?? [])
  const [, day, time = '00:00', fraction = '0'] = zoneless.exec(local) ?? []
  if (day === undefined || !isDay(day)) return undefined
  const zone = utc !== undefined || hours === undefined ? 'Z' : `${hours}:${minutes}`
  const seconds = time.length === 5 ? `${time}:00` : time
  return valid(new Date(`${day}T${seconds}.${fraction.slice(0, 3)}${zone}`))
}

/** JavaScript makes March of the 30th of February. */
function isDay(day: string): boolean {
  const found = valid(new Date(`${day}T00:00:00Z`))
  return found?.toISOString().startsWith(day) ?? false
}

const valid = (date: Date): Date | undefined => (Number.isNaN(date.getTime()) ? undefined : date)
