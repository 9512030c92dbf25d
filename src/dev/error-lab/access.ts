import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import { localRequests } from '../local-only.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Who may force answers: whoever has FORCE_TOKEN, and nobody else where it is set; else this machine's own user. */
export function labAccess(config: Config): (request: IncomingMessage) => boolean {
  if (config.forceToken === undefined) return localRequests(config)
  const wanted = digest(config.forceToken)
  return ({ headers }) => {
    const sent = headers['x-postern-force-token']
    return typeof sent === 'string' && timingSafeEqual(digest(sent), wanted)
  }
}
