import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import { localRequests } from '../local-only.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Whether a request may force answers: it must have FORCE_TOKEN or, if that is not set, come from this machine's own
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
