import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/load-config.ts'
import { type Logo, logoMust, readLogo } from '../config/logo.ts'

/** How mails look like the operator's own. */
export type Brand = {
  readonly appName: string | undefined
  readonly supportEmail: string | undefined
  readonly logo: ShownLogo | undefined
  /** The colour of buttons, `#rrggbb`, and that of the text on them. */
  readonly color: string
  readonly inkOnColor: string
}

/** A logo with the size that it is shown at, in pixels. */
export type ShownLogo = Logo & { readonly shownWidth: number; readonly shownHeight: number }

/** @throws {ConfigError} if BRAND_LOGO names no picture that mails can have */
export const brandOf = ({ appName, supportEmail, brandColor: color, brandLogo }: Config): Brand => ({
  appName,
  supportEmail,
  logo: brandLogo === undefined ? undefined : openLogo(brandLogo),
  color,
  inkOnColor: inkOn(color),
})

/** Filters weigh its area against the words of the mail, of which Chinese needs few. */
const [mostShownWidth, mostShownHeight] = [200, 40]

function openLogo(file: string): ShownLogo {
  const logo = readLogo(file)
  if (typeof logo === 'string') throw new ConfigError([`BRAND_LOGO must ${logoMust} (${logo})`])
  const { width, height } = logo
  const scale = Math.min(1, mostShownWidth / width, mostShownHeight / height)
  const shown = (pixels: number): number => Math.max(1, Math.round(pixels * scale))
  return { ...logo, shownWidth: shown(width), shownHeight: shown(height) }
}

const white = '#ffffff'
const black = '#000000'

/** White where it can be read, else black; one of the two always has a contrast of 4.5 to 1. */
const inkOn = (color: string): string => (contrast(color, white) >= 4.5 ? white : black)

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const part = Number.parseInt(color.slice(place, place + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
