import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Kind } from './kinds.ts'

export function parseUrl(given: string, schemes: readonly string[]): URL | undefined {
  const scheme = schemes.find((one) => given.startsWith(`${one}://`))
  if (scheme === undefined || /\s/.test(given) || !isEncoded(given) || !URL.canParse(given)) return undefined
  return new URL(given)
}

/** Whether every percent sign begins an escape. URL accepts others, but the drivers decode its parts and throw. */
function isEncoded(given: string): boolean {
  try {
    decodeURIComponent(given)
    return true
  } catch {
    return false
  }
}

/** URL accepts stars and other signs in a host; a pattern such as *.example.com would be a name that no host has. */
const hostOfUrl = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/

const isBare = (url: URL): boolean =>
  !url.username && !url.password && !url.search && !url.hash && hostOfUrl.test(url.hostname)

/** Scheme, host and port, as in a browser's Origin header. */
export const origin: Kind<string> = (given) => {
  const url = parseUrl(given, ['http', 'https'])
  return url && isBare(url) && url.pathname === '/'
    ? { value: url.origin }
    : { expected: 'an origin such as https://auth.example.com, without a path' }
}

/**
 * Origins of apps in a web view, such as capacitor://localhost and tauri://localhost. Schemes that a browser gives to
 * any page are excluded.
 */
const appOrigin =
  /^(?!https?:|file:|data:|blob:|about:|javascript:|ws|ftp)[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?::\d{1,5})?$/

/** An Origin header of a browser or of an app's web view. */
export const pageOrigin: Kind<string> = (given) => {
  const page = given.replace(/\/$/, '')
  if (appOrigin.test(page) && URL.canParse(page)) return { value: page }
  const outcome = origin(given)
  return 'value' in outcome
    ? outcome
    : { expected: `${outcome.expected}, or that of an app such as capacitor://localhost` }
}

/** 32 bytes in base64url: 43 characters, whose last one has two unused bits that must be zero. */
const apkKeyHash = /^android:apk-key-hash:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** The origin that a passkey signs: a page's, or an Android app's, which is named by the digest of its certificate. */
export const passkeyOrigin: Kind<string> = (given) => {
  if (apkKeyHash.test(given)) return { value: given }
  const outcome = origin(given)
  if ('value' in outcome) return outcome
  const ofApp = 'android:apk-key-hash: and a SHA-256 in base64url (docs/operate.md, Passkeys)'
  return { expected: `${outcome.expected}, or ${ofApp}` }
}

/** The value has no slash at its end, so that a path can be appended. */
export const httpUrl: Kind<string> = (given) => {
  const url = parseUrl(given, ['http', 'https'])
  return url && isBare(url)
    ? { value: given.replace(/\/+$/, '') }
    : { expected: 'a URL such as https://host/path, without user, query or fragment' }
}

/** The URL of a service as in `httpUrl`, or a file on this machine. */
export const breachedPasswordsUrl: Kind<string> = (given) => {
  const path = given.startsWith('file:') ? findPath(given.slice('file:'.length)) : undefined
  const outcome = path === undefined ? httpUrl(given) : { value: pathToFileURL(path).href }
  return 'value' in outcome
    ? outcome
    : {
        expected:
          'https://host/range, without user, query or fragment, or file:FILE, percent-encoded where it is a URL',
      }
}

export const encoded = 'with what is special in a password percent-encoded'

const clusterNodes = /^redis\+cluster:\/\/(?<credentials>[^@/\s]*@)?(?<nodes>[^@/\s]+)\/?$/

export const redisUrl: Kind<string> = (given) => {
  const { credentials = '', nodes } = clusterNodes.exec(given)?.groups ?? {}
  const urls = nodes?.split(',').map((node) => `redis://${credentials}${node}`) ?? [given]
  return urls.every((url) => parseUrl(url, ['redis', 'rediss'])?.hostname)
    ? { value: given }
    : { expected: `redis://host:port, rediss://host:port or redis+cluster://host:port,host:port, ${encoded}` }
}

const smtpUrlOptions: Readonly<Record<string, RegExp>> = {
  'tls.servername': /^[\w.-]+$/,
  'tls.rejectUnauthorized': /^(?:true|false)$/,
}

export const smtpUrl: Kind<string> = (given) => {
  const url = parseUrl(given, ['smtp', 'smtps'])
  if (!url?.hostname) return { expected: `smtp://user:password@host:587 or smtps://user:password@host:465, ${encoded}` }
  const isKnown = [...url.searchParams].every(([name, value]) => smtpUrlOptions[name]?.test(value))
  return isKnown
    ? { value: given }
    : { expected: 'a URL without options but tls.servername=NAME and tls.rejectUnauthorized=false' }
}

/** Without the endpoint, such as under a misspelt name, the pictures would be sent to Amazon. */
const s3Options: Readonly<Record<string, (value: string) => boolean>> = {
  // Decoded once already, as part of the other URL.
  endpoint: (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
  region: (value) => /^[\w-]+$/.test(value),
}

export const fileStoreUrl: Kind<string> = (given) => {
  const bucket = parseUrl(given, ['s3'])
  if (bucket?.hostname && !bucket.username && !bucket.password)
    return [...bucket.searchParams].every(([name, value]) => s3Options[name]?.(value))
      ? { value: given }
      : { expected: 's3://bucket without options but endpoint=URL and region=NAME' }
  const folder = given.startsWith('file:') ? findPath(given.slice('file:'.length)) : undefined
  return folder === undefined
    ? { expected: 'file:FOLDER or s3://bucket?endpoint=URL, without credentials, percent-encoded where it is a URL' }
    : { value: pathToFileURL(folder).href }
}

/** `file:files` is relative to the working directory, whereas URL would read it as `/files`. */
function findPath(rest: string): string | undefined {
  if (rest === '' || /[?#]/.test(rest)) return undefined
  if (!rest.startsWith('//')) return isAbsolute(rest) ? rest : resolve(rest)
  const url = `file:${rest}`
  if (!isEncoded(url) || /%2f/i.test(url)) return undefined
  return URL.canParse(url) && new URL(url).hostname === '' ? fileURLToPath(url) : undefined
}

/** Kept as written, because `{provider}` is replaced by the name of each provider later. */
export const redirectTemplate: Kind<string> = (given) =>
  given.split('{provider}').length === 2 && 'value' in httpUrl(given.replace('{provider}', 'provider'))
    ? { value: given }
    : { expected: 'a URL such as https://app.example.com/account/oauth/{provider}/callback, with {provider} once' }
