import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { installPackage } from './debian-package.ts'

const usualNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** An installed one; nothing is downloaded but, on Debian as root, the distribution's own package. */
export async function openChromium(args: string[] = []): Promise<Browser> {
  let executablePath = findChromium()
  if (executablePath === undefined) await installPackage('chromium')
  executablePath ??= findChromium()
  if (executablePath === undefined) {
    throw new Error(
      'The tests found no Chromium: set CHROMIUM_PATH, or install one (apt install chromium, brew install chromium).',
    )
  }
  return chromium.launch({ executablePath, args })
}

function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  return usualNames.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
