import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { openOutbound } from '../outbound/ask.ts'
import { outboundPolicy } from '../outbound/policy.ts'
import { breachedHashes } from '../ports/breached-passwords.open.ts'
import { usualDeadlineMs } from '../ports/breached-passwords.range.ts'
import { within } from '../waiting/within.ts'
import type { Check } from './check.ts'

const deadlineMs = 5000
/** A password that every list of leaked passwords contains. */
const commonest = 'password'

export function breachedChecks(config: Config): Check[] {
  const { breachedPasswordsUrl: url } = config
  if (url === undefined) return []
  const remedy = 'see BREACHED_PASSWORDS_URL (docs/passwords.md)'
  return [{ name: 'breached passwords', remedy, run: () => lookUp(config, url) }]
}

async function lookUp(config: Config, url: string): Promise<string> {
  const outbound = openOutbound(outboundPolicy(config))
  try {
    const sha1 = createHash('sha1').update(commonest).digest()
    const startedAt = performance.now()
    const isThere = await within(deadlineMs, breachedHashes(url, outbound, deadlineMs).has(sha1))
    const tookMs = Math.round(performance.now() - startedAt)
    const notes = [
      ...(isThere ? [] : [`"${commonest}" was not found`]),
      ...(tookMs < usualDeadlineMs ? [] : [`one took ${tookMs} ms, and a sign-up waits at most ${usualDeadlineMs} ms`]),
    ]
    return ['lookups work', ...notes].join(', but ')
  } finally {
    await outbound.close()
  }
}

/** Advises to set BREACHED_PASSWORDS_URL in production; a missing one is no failure. */
export const adviseBreached = ({ appEnv, breachedPasswordsUrl }: Config): string[] =>
  appEnv === 'production' && breachedPasswordsUrl === undefined
    ? [
        'consider BREACHED_PASSWORDS_URL (docs/passwords.md): without it, only the most common leaked passwords are ' +
          'refused',
      ]
    : []
