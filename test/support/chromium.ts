import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { installPackage } from './debian-package.ts'

/** The first opens a page in less than half the time, as it has no windows to draw. */
const usualNames = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]

/** An installed one; nothing is downloaded but, on Debian as root, the distribution's own package. */
export async function openChromium(args: string[] = []): Promise<Browser> {
  let executablePath = findChromium(usualNames.slice(0, 1))
  if (executablePath === undefined) await installPackage('chromium-headless-shell')
  executablePath ??= findChromium(usualNames)
  if (executablePath === undefined) {
    throw new Error(
      'The tests found no Chromium: set CHROMIUM_PATH, or install one (apt install chromium, brew install chromium).',
    )
  }
  return chromium.launch({ executablePath, args })
}

function findChromium(names: readonly string[]): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  return names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
