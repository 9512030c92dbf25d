import type { Config } from './config.ts'
import { isPublicSuffix } from './domains.ts'
import { isLoopback, isPrivateHost } from './networks.ts'
import { type Way, waysOf } from './ways.ts'

/** Warnings of connections without verified TLS: one for each that leaves private networks, one for all within them. */
function cautionsOfWays(config: Config): string[] {
  const open = [...waysOf(config)].filter(({ isSafe, hosts }) => !isSafe && !hosts.every(isLoopback))
  const [near, far] = [true, false].map((isNear) =>
    open.filter(({ hosts }) => hosts.every((host) => isLoopback(host) || isPrivateHost(host)) === isNear),
  ) as [Way[], Way[]]
  const names = near.map(({ name }) => name).join(', ')
  return [
    ...far.map(({ name, risk, remedy }) => `${name} leads elsewhere without TLS that is verified: ${risk}; ${remedy}.`),
    ...(near.length === 0
      ? []
      : [`Without TLS that is verified: ${names}. Keep the network that they share to Postern and these servers.`]),
  ]
}

const longSessionSeconds = 90 * 86_400
const longAccessSeconds = 3600
const muchAbove = 100

/**
 * Settings that production accepts although they weaken a requirement. Each warning names the variable, what could
 * happen and what to set.
 */
export function findCautions(config: Config): string[] {
  if (config.appEnv !== 'production') return []
  const { sessionAbsoluteTtlSeconds, refreshTokenTtlSeconds, accessTokenTtlSeconds, rateLimits } = config
  const long = Object.entries({
    SESSION_ABSOLUTE_TTL_SECONDS: sessionAbsoluteTtlSeconds,
    REFRESH_TOKEN_TTL_SECONDS: refreshTokenTtlSeconds,
  }).filter(([, seconds]) => seconds > longSessionSeconds)
  return [
    ...cautionsOfWays(config),
    ...(rateLimits !== 'off' && rateLimits > muchAbove
      ? [`RATE_LIMITS is ${rateLimits}: passwords and codes can be tried that much faster; 10 is a lot already.`]
      : []),
    ...(config.deviceGate === 'off'
      ? ['DEVICE_GATE is off: a password that leaked is all that opens an account without a second factor; set on.']
      : []),
    ...(config.passkeySignals === 'off'
      ? ['PASSKEY_SIGNALS is off: devices go on offering passkeys that were deleted; set on when a restore is over.']
      : []),
    ...[...config.signUpDomains]
      .filter(isPublicSuffix)
      .map((one) => `SIGN_UP_DOMAINS names ${one}, below which anybody can have a domain: name those that are yours.`),
    ...long.map(([name]) => `${name} is above 90 days: what was stolen works for as long; 30 days are the default.`),
    ...(accessTokenTtlSeconds > longAccessSeconds
      ? [
          'ACCESS_TOKEN_TTL_SECONDS is above an hour: services that check a token by themselves hear of no ' +
            'logout until it ends; set 300.',
        ]
      : []),
  ]
}
