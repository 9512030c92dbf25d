import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import { localRequests } from '../local-only.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Who may force answers: this machine's own user, or whoever has FORCE_TOKEN. */
export function labAccess(config: Config): (request: IncomingMessage) => boolean {
  const isLocal = localRequests(config)
  const wanted = config.forceToken === undefined ? undefined : digest(config.forceToken)
  return (request) => {
    const sent = request.headers['x-postern-force-token']
    const hasToken = wanted !== undefined && typeof sent === 'string' && timingSafeEqual(digest(sent), wanted)
    return hasToken || isLocal(request)
  }
}
