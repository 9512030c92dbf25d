import { isIP } from 'node:net'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseTrustedProxies } from './http/client-address.ts'
import { greetingName, parseMailbox } from './mail/mailbox.ts'

/** Reads one variable's text. Gives its value, or says what would be right: completing "NAME must be …". */
export type Kind<Value> = (text: string) => { readonly value: Value } | { readonly expected: string }

const matching =
  (pattern: RegExp, expected: string): Kind<string> =>
  (given) =>
    pattern.test(given) ? { value: given } : { expected }

export const text = matching(/^\P{Cc}+$/u, 'text without line breaks')

/** Goes into headers as it stands, and what clings to it from a file would be refused far away only. */
export const secret = (leastLength = 1): Kind<string> =>
  matching(
    new RegExp(`^[\\x21-\\x7e]{${leastLength},}$`),
    `${leastLength > 1 ? `${leastLength} or more ` : ''}ASCII characters without spaces`,
  )

export const wholeNumber =
  (least: number, most: number): Kind<number> =>
  (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= least && value <= most ? { value } : { expected: `a whole number from ${least} to ${most}` }
  }

export const port = wholeNumber(0, 65_535)

const year = 366 * 86_400
export const seconds = wholeNumber(1, 10 * year)

export const oneOf =
  <const Choice extends string>(...choices: Choice[]): Kind<Choice> =>
  (given) => {
    const value = choices.find((choice) => choice === given)
    return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value }
  }

export const listOf =
  <Value>(kind: Kind<Value>): Kind<readonly Value[]> =>
  (given) => {
    const values: Value[] = []
    for (const part of given.split(',').map((one) => one.trim())) {
      if (part === '') continue
      const outcome = kind(part)
      if ('expected' in outcome) return { expected: `a comma-separated list, each ${outcome.expected}` }
      values.push(outcome.value)
    }
    return { value: Object.freeze(values) }
  }

/** Absolute from here on: a later change of the working directory moves nothing. */
export const path: Kind<string> = (given) => ({ value: resolve(given) })

function parseUrl(given: string, schemes: readonly string[]): URL | undefined {
  const scheme = schemes.find((one) => given.startsWith(`${one}://`))
  if (scheme === undefined || /\s/.test(given) || !isEncoded(given) || !URL.canParse(given)) return undefined
  return new URL(given)
}

/** The drivers decode what URLs leave as it is, and throw at a percent sign that begins nothing. */
function isEncoded(given: string): boolean {
  try {
    decodeURIComponent(given)
    return true
  } catch {
    return false
  }
}

/** URLs admit stars and more in a host; a pattern would be taken for a name that nothing has. */
const hostOfUrl = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/

const isBare = (url: URL): boolean =>
  !url.username && !url.password && !url.search && !url.hash && hostOfUrl.test(url.hostname)

/** Scheme, host and port, as a browser's Origin header has it. */
export const origin: Kind<string> = (given) => {
  const url = parseUrl(given, ['http', 'https'])
  return url && isBare(url) && url.pathname === '/'
    ? { value: url.origin }
    : { expected: 'an origin such as https://auth.example.com, without a path' }
}

/** Where apps in a web view have their pages: capacitor://localhost, tauri://localhost. Not what a browser gives to any page. */
const appOrigin =
  /^(?!https?:|file:|data:|blob:|about:|javascript:|ws|ftp)[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?::\d{1,5})?$/

/** What a browser or an app's web view may say of itself in Origin. */
export const pageOrigin: Kind<string> = (given) => {
  const page = given.replace(/\/$/, '')
  if (appOrigin.test(page) && URL.canParse(page)) return { value: page }
  const outcome = origin(given)
  return 'value' in outcome
    ? outcome
    : { expected: `${outcome.expected}, or that of an app such as capacitor://localhost` }
}

/** Without a slash at its end, so that a path can follow. */
export const httpUrl: Kind<string> = (given) => {
  const url = parseUrl(given, ['http', 'https'])
  return url && isBare(url)
    ? { value: given.replace(/\/+$/, '') }
    : { expected: 'a URL such as https://host/path, without user, query or fragment' }
}

const encoded = 'with what is special in a password percent-encoded'

/** As libpq admits it, of a socket: the host is among the parameters, which the driver takes before this one. */
const withHost = (given: string): string =>
  /[?&]host=/.test(given) ? given.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/:?])/, '$1localhost') : given

export const postgresUrl: Kind<string> = (given) => {
  const value = withHost(given)
  return parseUrl(value, ['postgres', 'postgresql'])
    ? { value }
    : {
        expected: `postgres://user:password@host:5432/database, or postgres://user@/database?host=/run/postgresql, ${encoded}`,
      }
}

/** The word `embedded` means what an unset variable means; production wants it said. */
export const databaseUrl: Kind<string | undefined> = (given) => {
  if (given === 'embedded') return { value: undefined }
  const outcome = postgresUrl(given)
  return 'value' in outcome ? outcome : { expected: `the word embedded or ${outcome.expected}` }
}

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

export const fileStoreUrl: Kind<string> = (given) => {
  const bucket = parseUrl(given, ['s3'])
  if (bucket?.hostname && !bucket.username && !bucket.password) return { value: given }
  const folder = given.startsWith('file:') ? findFolder(given.slice('file:'.length)) : undefined
  return folder === undefined
    ? { expected: 'file:FOLDER or s3://bucket?endpoint=URL, without credentials, percent-encoded where it is a URL' }
    : { value: pathToFileURL(folder).href }
}

/** `file:files` is the folder beside the process, where a URL's rules would make it `/files`. */
function findFolder(rest: string): string | undefined {
  if (rest === '' || /[?#]/.test(rest)) return undefined
  if (!rest.startsWith('//')) return isAbsolute(rest) ? rest : resolve(rest)
  const url = `file:${rest}`
  if (!isEncoded(url) || /%2f/i.test(url)) return undefined
  return URL.canParse(url) && new URL(url).hostname === '' ? fileURLToPath(url) : undefined
}

/** Kept as written: each provider puts its own name in. */
export const redirectTemplate: Kind<string> = (given) =>
  given.split('{provider}').length === 2 && 'value' in httpUrl(given.replace('{provider}', 'provider'))
    ? { value: given }
    : { expected: 'a URL such as https://app.example.com/account/oauth/{provider}/callback, with {provider} once' }

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const name = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`, 'i')

export const hostName: Kind<string> = (given) =>
  name.test(given) ? { value: given.toLowerCase() } : { expected: 'a host name such as example.com' }

/** What a server may listen on. */
export const host: Kind<string> = (given) =>
  isIP(given) || name.test(given) ? { value: given } : { expected: 'an IP address or a host name' }

export const network: Kind<string> = (given) => {
  try {
    parseTrustedProxies([given])
    return { value: given }
  } catch {
    return { expected: 'an IP address or a network such as 10.0.0.0/8' }
  }
}

export const hostOrNetwork: Kind<string> = (given) => {
  const outcome = [hostName, network].map((kind) => kind(given)).find((one) => 'value' in one)
  return outcome ?? { expected: 'a host name, an IP address or a network such as 10.0.0.0/8' }
}

export const headerName: Kind<string> = (given) =>
  /^[a-z0-9-]+$/i.test(given) ? { value: given.toLowerCase() } : { expected: 'the name of a header' }

export const indexName = matching(/^[A-Za-z0-9_-]{1,400}$/, 'made of letters, digits, - and _')

/** A colon divides issuer and account in the label of an authenticator app. */
export const issuer = matching(/^[^:\p{Cc}]+$/u, 'text without colons and line breaks')

export const mailbox: Kind<string> = (given) =>
  parseMailbox(given) ? { value: given } : { expected: 'an address such as Postern <no-reply@example.com>' }

/** In A-labels. */
export const smtpName: Kind<string> = (given) => {
  const value = greetingName(given)
  return value === undefined
    ? { expected: 'a host name with a dot, or an address such as [192.0.2.1] or [IPv6:2001:db8::1]' }
    : { value }
}

export const rateFactor: Kind<number | 'off'> = (given) => {
  if (given === 'on') return { value: 1 }
  if (given === 'off') return { value: 'off' }
  const factor = /^\d{1,7}(\.\d{1,6})?$/.test(given) ? Number(given) : 0
  return factor > 0 && factor <= 1_000_000 ? { value: factor } : { expected: 'on, off or a factor such as 10' }
}
