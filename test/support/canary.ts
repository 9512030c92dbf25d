import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DestinationStream, pino } from 'pino'
import { inject } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { variables } from '../../src/config/load-config.ts'
import type { OpenedDeps } from '../../src/deps.ts'
import type { App } from '../../src/http/app.ts'

/** Where secrets must not be; the spans come from the collector of the run. */
type Place = 'logs' | 'errors' | 'metrics' | 'administration'

const run = randomUUID()
let folder: string | undefined
let destination: DestinationStream | undefined

function fileOf(name: string): string {
  if (folder === undefined) {
    folder = join(inject('recordDir'), 'canary')
    mkdirSync(folder, { recursive: true })
  }
  return join(folder, `${name}-${run}`)
}

/** Every app of this process writes its log there. */
export function canaryLog(): DestinationStream {
  destination ??= pino.destination({ dest: fileOf('logs'), sync: true })
  return destination
}

const texts = new Set<string>()

/** Keeps what the verdict looks through; the same text once. */
export function keepText(place: Place, text: string): void {
  if (text === '' || texts.has(text)) return
  // Errors repeat; logs and metrics never do.
  if (place === 'errors') texts.add(text)
  appendFileSync(fileOf(place), `${text}\n`)
}

const secrets = new Set<string>()

/** A plain word stands in the sentences of errors and logs. */
const isWord = (text: string): boolean => /^[a-z]{1,15}$/i.test(text)
/** Shorter ones are found by chance: six digits of TOTP stand in every other number. What stands for many letters finds itself. */
const isTelling = (text: string): boolean => text.length >= 8 && new Set(text).size >= 6 && !isWord(text)
/** Enough to find it by. */
const longest = 200

/** What the field `nonce` of a registered provider says of that of its ID tokens. */
const settings = new Set(['required', 'if_present'])

/** Keeps what the verdict looks for. */
export function keepSecret(given: unknown): void {
  if (typeof given !== 'string' || !isTelling(given) || settings.has(given)) return
  const text = given.slice(0, longest)
  if (secrets.has(text)) return
  secrets.add(text)
  appendFileSync(fileOf('secrets'), `${JSON.stringify(text)}\n`)
}

const secretFields = new Set([
  ...['password', 'current_password', 'new_password', 'token', 'temp_token', 'pending_token', 'backup_codes'],
  'code_token',
  ...['access_token', 'refresh_token', 'id_token', 'credential', 'client_secret', 'code_verifier', 'nonce', 'state'],
])
const sentFields = new Set([...secretFields, 'code'])
const givenFields = new Set([...secretFields, 'secret', 'otpauth_uri'])

function keepFields(body: unknown, names: ReadonlySet<string>): void {
  if (typeof body !== 'object' || body === null) return
  // An order of the error lab names an error by `code`.
  if ('code' in body && 'route' in body) return
  for (const [name, value] of Object.entries(body)) {
    // That of a mail is a word, that of a provider is not.
    if (name === 'state' && /^[a-z_]+$/.test(String(value))) continue
    if (names.has(name)) for (const one of [value].flat()) keepSecret(one)
    else keepFields(value, names)
  }
}

const keepCookie = (line: string): void => keepSecret(/=([^;]*)/.exec(line)?.[1])

/**
 * Every secret that a test sends to the app or gets from it, by whatever client, every error's body, and whatever
 * administrators read.
 */
export function watchSecrets(app: App): void {
  app.addHook('onRequest', (request, _reply, done) => {
    for (const pair of (request.headers.cookie ?? '').split(';')) keepCookie(pair)
    keepSecret(/ (.*)/.exec(request.headers.authorization ?? '')?.[1])
    done()
  })
  app.addHook('preValidation', (request, _reply, done) => {
    keepFields(request.body, sentFields)
    done()
  })
  app.addHook('preSerialization', (_request, _reply, payload, done) => {
    keepFields(payload, givenFields)
    done(null, payload)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    for (const line of [reply.getHeader('set-cookie') ?? []].flat()) keepCookie(String(line))
    if (reply.statusCode >= 400) keepText('errors', String(payload))
    else if (
      request.method === 'GET' &&
      request.routeOptions.url?.startsWith('/v0/admin/') &&
      typeof payload === 'string'
    )
      keepText('administration', payload)
    done(null, payload)
  })
}

/** What the operator keeps secret; of a URL its password. */
export function keepSecretsOf(config: Config): void {
  for (const { field, ...variable } of Object.values(variables)) {
    const value = config[field]
    if (!('secret' in variable) || typeof value !== 'string') continue
    if (URL.canParse(value)) keepSecret(decodeURIComponent(new URL(value).password))
    else keepSecret(value)
  }
}

/** Of the links that nobody followed. */
export function keepMailedTokens({ inbox }: OpenedDeps): void {
  for (const { text } of inbox?.list() ?? []) keepSecret(/token=(\S+)/.exec(text)?.[1])
}

export async function keepMetrics({ metrics }: OpenedDeps): Promise<void> {
  if (metrics) keepText('metrics', (await metrics.read()).text)
}
