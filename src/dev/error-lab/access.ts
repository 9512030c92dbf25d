import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import { localRequests } from '../local-only.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Whether a request may force answers: if FORCE_TOKEN is set it must have it, else it must come from this machine's
 * user.
 */
export function labAccess(config: Config): (request: IncomingMessage) => boolean {
  if (config.forceToken === undefined) return localRequests(config)
  const wanted = digest(config.forceToken)
  return ({ headers }) => {
    const sent = headers['x-postern-force-token']
    return typeof sent === 'string' && timingSafeEqual(digest(sent), wanted)
  }
}
