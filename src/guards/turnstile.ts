import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import { inHttpSpan } from '../tracing/http-span.ts'

const fault = faults('turnstile:token_missing', 'turnstile:verification_failed', 'turnstile:service_error')

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
const verdictSchema = z.object({ success: z.boolean(), hostname: z.string().optional() })

/** Longer than the five minutes that Cloudflare accepts a token for. */
const rememberedSeconds = 600
const longestToken = 2048

type Deps = { readonly config: Config; readonly sharedCounter: RateCounter }

/** Demands a token of the bot check, and accepts each only once [TH7]. Off without TURNSTILE_SECRET. */
export function turnstileGuard({ config, sharedCounter }: Deps): Guard {
  const hosts = new Set([config.frontendUrl, ...config.corsOrigins].map((origin) => new URL(origin).hostname))
  const check = async (request: FastifyRequest): Promise<void> => {
    if (config.turnstileSecret === undefined) return
    const token = request.headers['x-turnstile-token']
    if (typeof token !== 'string' || token === '') throw fault('turnstile:token_missing')
    if (token.length > longestToken) throw fault('turnstile:verification_failed')
    const verdict = await askService(config, token, request.clientAddress)
    if (!verdict.success) throw fault('turnstile:verification_failed')
    if (verdict.hostname !== undefined && !hosts.has(verdict.hostname)) {
      throw fault('turnstile:verification_failed', { details: 'The token was made for another host name.' })
    }
    const key = `turnstile:${createHash('sha256').update(token).digest('base64url')}`
    const [use] = await sharedCounter.hit([{ key, windowSeconds: rememberedSeconds }])
    if (use && use.count > 1) throw fault('turnstile:verification_failed', { details: 'The token was used before.' })
  }
  return guard('request', fault.codes, check)
}

async function askService(config: Config, response: string, remoteip: string): Promise<z.infer<typeof verdictSchema>> {
  try {
    const reply = await inHttpSpan('POST', config.turnstileVerifyUrl, () =>
      fetch(config.turnstileVerifyUrl, {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ secret: config.turnstileSecret, response, remoteip }),
        signal: AbortSignal.timeout(config.turnstileTimeoutMs),
      }),
    )
    if (!reply.ok) throw new Error(`the service answered ${reply.status}`)
    return verdictSchema.parse(await reply.json())
  } catch (cause) {
    throw fault('turnstile:service_error', { cause })
  }
}
