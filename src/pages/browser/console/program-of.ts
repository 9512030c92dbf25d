import { text } from './language.ts'

const browsers = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const

const systems = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
] as const

/** What a person calls it. The order matters: most browsers also name those that they are like. */
export function programOf(userAgent = ''): string {
  const found = [browsers, systems].flatMap((signs) => signs.find(([sign]) => sign.test(userAgent))?.[1] ?? [])
  return found.join(' · ') || userAgent || text('sessions.unknown')
}
