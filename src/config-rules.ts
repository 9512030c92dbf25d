import { isIP } from 'node:net'
import type { Config, Role } from './config.ts'
import type { variables } from './config-variables.ts'

type Circumstances = { readonly role: Role; readonly isSet: (name: keyof typeof variables) => boolean }

/** What no variable shows alone: combinations that cannot work, and what production must not run with. */
export function findMistakes(config: Config, circumstances: Circumstances): string[] {
  return [
    ...combinationMistakes(config),
    ...workerMistakes(config, circumstances.role),
    ...(config.appEnv === 'development' ? developmentMistakes(config) : []),
    ...(config.appEnv === 'production' ? productionMistakes(config, circumstances) : []),
  ]
}

function combinationMistakes(config: Config): string[] {
  const mistakes: string[] = []
  if (config.sessionIdleTtlSeconds > config.sessionAbsoluteTtlSeconds) {
    mistakes.push('SESSION_IDLE_TTL_SECONDS must not exceed SESSION_ABSOLUTE_TTL_SECONDS.')
  }
  const { hostname } = new URL(config.publicUrl)
  const { cookieDomain } = config
  if (cookieDomain !== undefined && hostname !== cookieDomain && !hostname.endsWith(`.${cookieDomain}`)) {
    mistakes.push(
      `COOKIE_DOMAIN must be the host of PUBLIC_URL (${hostname}) or a domain above it, not "${cookieDomain}".`,
    )
  }
  return mistakes
}

const leastSecretLength = 32

function workerMistakes({ workerUrl, workerSecret, smtpUrl }: Config, role: Role): string[] {
  const mistakes: string[] = []
  const isApart = role === 'worker' || workerUrl !== undefined
  if (isApart && workerSecret === undefined)
    mistakes.push('WORKER_SECRET must be set, alike for API and worker, where the worker is its own process.')
  if (workerSecret !== undefined && workerSecret.length < leastSecretLength)
    mistakes.push(`WORKER_SECRET must have ${leastSecretLength} characters at least.`)
  if (isApart && smtpUrl === undefined)
    mistakes.push('SMTP_URL must be set where the worker is its own process: the built-in inbox lives inside the API.')
  return mistakes
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

function developmentMistakes({ host, smtpUrl }: Config): string[] {
  if (isLoopback(host) || smtpUrl !== undefined) return []
  return [
    `HOST must be a loopback address in development, not "${host}": the inbox shows every mail. Set SMTP_URL, or APP_ENV=production.`,
  ]
}

/** What examples and tutorials put where a secret belongs. */
const placeholder =
  /^(?:(?:change|replace|fill|set)[-_ ]?(?:me|this|in)?|secret|password|postern|default|example|test|admin|0+|x+)$/i

function productionMistakes(config: Config, { isSet }: Circumstances): string[] {
  const mistakes: string[] = []
  const refuse = (wrong: boolean, mistake: string) => {
    if (wrong) mistakes.push(mistake)
  }
  refuse(!isSet('PUBLIC_URL'), 'PUBLIC_URL must be set in production.')
  refuse(isSet('PUBLIC_URL') && !config.publicUrl.startsWith('https:'), 'PUBLIC_URL must be https in production.')
  refuse(isSet('FRONTEND_URL') && !config.frontendUrl.startsWith('https:'), 'FRONTEND_URL must be https in production.')
  refuse(!isSet('FRONTEND_URL'), 'FRONTEND_URL must be set in production: mailed links lead there.')
  refuse(
    isSet('CORS_ORIGINS') && config.corsOrigins.some((one) => !one.startsWith('https:')),
    'CORS_ORIGINS must be https in production.',
  )
  refuse(config.smtpUrl === undefined, 'SMTP_URL must be set in production: the built-in inbox delivers nothing.')
  refuse(!isSet('MAIL_FROM'), 'MAIL_FROM must be set in production.')
  refuse(
    !isSet('DATABASE_URL'),
    'DATABASE_URL must be set in production: to a PostgreSQL, or to the word embedded to keep the data in DATA_DIR.',
  )
  refuse(config.rateLimits === 'off', 'RATE_LIMITS must not be off in production.')
  return [...mistakes, ...defaultSecrets(config)]
}

function defaultSecrets(config: Config): string[] {
  const secrets = {
    WORKER_SECRET: config.workerSecret,
    TURNSTILE_SECRET: config.turnstileSecret,
    MEILISEARCH_API_KEY: config.meilisearchApiKey,
    METRICS_TOKEN: config.metricsToken,
    GITHUB_CLIENT_SECRET: config.githubClientSecret,
    GOOGLE_CLIENT_SECRET: config.googleClientSecret,
    S3_SECRET_ACCESS_KEY: config.s3SecretAccessKey,
    'The password in DATABASE_URL': passwordOf(config.databaseUrl),
    'The password in SMTP_URL': passwordOf(config.smtpUrl),
  }
  return Object.entries(secrets)
    .filter(([, value]) => value !== undefined && placeholder.test(value))
    .map(([name]) => `${name} must be a secret of your own in production, not a placeholder.`)
}

function passwordOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  return decodeURIComponent(new URL(url).password) || undefined
}
