import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { isSuccess, OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { textOf } from '../outbound/json.ts'
import type { Provider } from './provider.ts'

/** What a provider was asked for, as the sentences of logs and replies call it. */
export type Endpoint =
  | 'discovery document'
  | 'key set'
  | 'token endpoint'
  | 'ID token'
  | 'user info'
  | 'check of a token'

/** The reason that a provider gives for a refusal: RFC 6749 section 5.2. */
type Told = { readonly error?: string; readonly error_description?: string }

/** A refusal by the provider. Of the body it holds only the error fields, which are meant to be read [FD8]. */
class RefusedAnswer extends OutboundError {
  readonly told: Told & { readonly status: number; readonly location?: string }
  constructor(endpoint: Endpoint, { status, headers }: OutboundReply, told: Told) {
    const location = plainLocation(headers.location)
    const why = [told.error, told.error_description && `(${told.error_description})`].filter(Boolean).join(' ')
    super(`The ${endpoint} answered ${status}${location ? `, to ${location}` : ''}${why && `: ${why}`}`)
    this.told = { status, ...(location && { location }), ...told }
  }
}

/** @param secrets what was sent to the provider; an ellipsis replaces it where the answer repeats it */
export function demandSuccess(endpoint: Endpoint, reply: OutboundReply, secrets: readonly string[] = []): void {
  if (!isSuccess(reply)) throw new RefusedAnswer(endpoint, reply, readTold(reply, secrets))
}

/** GitHub and Slack refuse with status 200 and an error in the body. */
export function demandNoError(endpoint: Endpoint, reply: OutboundReply, secrets: readonly string[]): void {
  const told = readTold(reply, secrets)
  if (told.error !== undefined) throw new RefusedAnswer(endpoint, reply, told)
}

const mostOfDescription = 500
/** RFC 6749 section 5.2. */
const errorCode = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/

function readTold(reply: OutboundReply, secrets: readonly string[]): Told {
  const { error, error_description: description } = { ...fromHeader(reply), ...fromBody(reply) }
  const clean = (text: string) => withoutSecrets(text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim(), secrets)
  return {
    ...(typeof error === 'string' && errorCode.test(error) && { error: clean(error) }),
    ...(typeof description === 'string' && { error_description: clean(description).slice(0, mostOfDescription) }),
  }
}

type Untrusted = { readonly error?: unknown; readonly error_description?: unknown }

function fromBody(reply: OutboundReply): Untrusted {
  try {
    const body: unknown = JSON.parse(textOf(reply))
    return body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {}
  } catch {
    // The body is not JSON, such as an HTML page: nothing is quoted from it.
    return {}
  }
}

/** RFC 6750 section 3. */
function fromHeader({ headers }: OutboundReply): Untrusted {
  const challenge = String(headers['www-authenticate'] ?? '')
  const find = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1]
  return /^Bearer\b/i.test(challenge) ? { error: find('error'), error_description: find('error_description') } : {}
}

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '…'), text)

/** The address that the provider redirects to, without its query, which may hold secrets. */
function plainLocation(header: string | string[] | undefined): string | undefined {
  const url = typeof header === 'string' ? URL.parse(header, 'https://relative.invalid') : null
  if (url === null) return undefined
  const path = url.pathname.slice(0, 200)
  return url.host === 'relative.invalid' ? path : `${url.origin}${path}`
}

type Fault = { readonly endpoint: Endpoint; readonly cause: unknown }

/** Logs which provider failed, at which endpoint and why [FD8]; returns the same as a sentence. */
export function noteProviderFault(
  { log }: { readonly log: FastifyBaseLogger },
  { slug }: Pick<Provider, 'slug'>,
  { endpoint, cause }: Fault,
): string {
  const sentence = cause instanceof Error ? cause.message : `The ${endpoint} did not do its part`
  const told = cause instanceof RefusedAnswer ? cause.told : { cause: describeCause(cause) }
  log.warn({ provider: slug, endpoint, ...told }, `${slug}: ${sentence}`)
  return `${sentence}.`
}
