import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Reads one variable's text. Gives its value, or says what would be right: completing "NAME must be …". */
export type Kind<Value> = (text: string) => { readonly value: Value } | { readonly expected: string }

export const text: Kind<string> = (value) => ({ value })

export const wholeNumber =
  (least: number, most: number): Kind<number> =>
  (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= least && value <= most ? { value } : { expected: `a whole number from ${least} to ${most}` }
  }

const year = 366 * 86_400
export const seconds = wholeNumber(1, 10 * year)

export const oneOf =
  <const Choice extends string>(...choices: Choice[]): Kind<Choice> =>
  (given) => {
    const value = choices.find((choice) => choice === given)
    return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value }
  }

function parseUrl(given: string, schemes: readonly string[]): URL | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined
  return url && schemes.includes(url.protocol) ? url : undefined
}

export const url =
  (...schemes: string[]): Kind<string> =>
  (given) =>
    parseUrl(
      given,
      schemes.map((scheme) => `${scheme}:`),
    )
      ? { value: given }
      : { expected: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}` }

/** Scheme, host and port, as a browser's Origin header has it. */
export const origin: Kind<string> = (given) => {
  const parsed = parseUrl(given, ['http:', 'https:'])
  const bare =
    parsed && parsed.pathname === '/' && !parsed.search && !parsed.hash && !parsed.username && !parsed.password
  return bare ? { value: parsed.origin } : { expected: 'an origin such as https://auth.example.com, without a path' }
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
    return { value: values }
  }

export const network: Kind<string> = (given) => {
  const [address = '', bits] = given.split('/')
  const isNetwork = isIP(address) !== 0 && (bits === undefined || ipaddr.isValidCIDR(given))
  return isNetwork ? { value: given } : { expected: 'an address or a network such as 10.0.0.0/8' }
}

export const hostName: Kind<string> = (given) =>
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(given)
    ? { value: given.toLowerCase() }
    : { expected: 'a host name' }

export const headerName: Kind<string> = (given) =>
  /^[A-Za-z0-9-]+$/.test(given) ? { value: given.toLowerCase() } : { expected: 'the name of a header' }

export const rateFactor: Kind<number | 'off'> = (given) => {
  if (given === 'on') return { value: 1 }
  if (given === 'off') return { value: 'off' }
  const factor = Number(given)
  return /^\d+(\.\d+)?$/.test(given) && factor > 0 && factor <= 1_000_000
    ? { value: factor }
    : { expected: 'on, off or a factor such as 10' }
}

export const databaseUrl: Kind<string> = (given) =>
  given === 'embedded' ? { value: given } : url('postgres', 'postgresql')(given)

export const redisUrl: Kind<string> = (given) =>
  /^redis\+cluster:\/\/(?:[^@/]*@)?[^,/]+(?:,[^,/]+)*\/?$/.test(given)
    ? { value: given }
    : parseUrl(given, ['redis:', 'rediss:'])
      ? { value: given }
      : { expected: 'redis://host:port, rediss://host:port or redis+cluster://host:port,host:port' }

/** `Name <mail@host>` or the address alone. */
export const mailbox: Kind<string> = (given) =>
  /^(?:[^<>\r\n"]+<)?[^\s<>@,;]+@[^\s<>@,;]+>?$/.test(given)
    ? { value: given }
    : { expected: 'an address such as Postern <no-reply@example.com>' }
