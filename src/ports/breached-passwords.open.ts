import { fileURLToPath } from 'node:url'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Outbound } from '../outbound/ask.ts'
import { fileHashes } from './breached-passwords.file.ts'
import { rangeHashes, usualDeadlineMs } from './breached-passwords.range.ts'
import { type BreachedHashes, type BreachedPasswords, openBreachedPasswords } from './breached-passwords.ts'

type Options = { readonly config: Config; readonly outbound: Outbound; readonly log: FastifyBaseLogger }

/** Opens the file or the service that BREACHED_PASSWORDS_URL names. */
export const breachedHashes = (url: string, outbound: Outbound, deadlineMs = usualDeadlineMs): BreachedHashes =>
  url.startsWith('file:') ? fileHashes(fileURLToPath(url)) : rangeHashes({ url, outbound, deadlineMs })

export function openBreached({ config, outbound, log }: Options): BreachedPasswords | undefined {
  const { breachedPasswordsUrl: url } = config
  return url === undefined ? undefined : openBreachedPasswords({ hashes: breachedHashes(url, outbound), log })
}
