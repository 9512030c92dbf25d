import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config/config.ts'

/**
 * Browsers accept these prefixes only with Secure, and `__Host-` only without Domain: RFC 6265bis section 4.1.3.
 * Written out rather than concatenated, because V8 looks up a property fastest by a string it knows as a property name.
 */
const wireNames = {
  session_id: { plain: 'session_id', secure: '__Secure-session_id', host: '__Host-session_id' },
  device_id: { plain: 'device_id', secure: '__Secure-device_id', host: '__Host-device_id' },
  anonymous_user_id: {
    plain: 'anonymous_user_id',
    secure: '__Secure-anonymous_user_id',
    host: '__Host-anonymous_user_id',
  },
  /** Never for other hosts, whatever COOKIE_DOMAIN says. */
  admin_id: { plain: 'admin_id', secure: '__Host-admin_id', host: '__Host-admin_id' },
  refresh_token: { plain: 'refresh_token', secure: '__Secure-refresh_token', host: '__Host-refresh_token' },
} as const

export type CookieName = keyof typeof wireNames

/** Fastify's request, or Node's. */
export type HasHeaders = Pick<IncomingMessage, 'headers'>

export function wireName(config: Config, name: CookieName): string {
  if (config.appEnv === 'development') return wireNames[name].plain
  return config.cookieDomain ? wireNames[name].secure : wireNames[name].host
}

export function readCookie({ headers }: HasHeaders, config: Config, name: CookieName): string | undefined {
  const { cookie } = headers
  return cookie === undefined ? undefined : fastifyCookie.parse(cookie)[wireName(config, name)] || undefined
}

/** Values of the cookies named `NAME_` and a tag, which exist beside the cookie of that name without replacing it. */
export function readCookiesBeside({ headers }: HasHeaders, config: Config, name: CookieName): string[] {
  const { cookie } = headers
  if (cookie === undefined) return []
  const prefix = `${wireName(config, name)}_`
  return Object.entries(fastifyCookie.parse(cookie)).flatMap(([key, value]) => (key.startsWith(prefix) && value) || [])
}

function attributes({ appEnv, cookieDomain }: Config, name: CookieName) {
  const isOfConsole = name === 'admin_id'
  return {
    httpOnly: true,
    secure: appEnv !== 'development',
    sameSite: isOfConsole ? ('strict' as const) : ('lax' as const),
    path: '/',
    ...(cookieDomain && !isOfConsole && { domain: cookieDomain }),
  }
}

type Cookie = {
  readonly name: CookieName
  /** Set for a cookie beside the one of that name. */
  readonly tag?: string
  readonly value: string
  readonly maxAgeSeconds?: number | undefined
}

export function setCookie(reply: FastifyReply, config: Config, { name, tag, value, maxAgeSeconds }: Cookie): void {
  const fullName = tag === undefined ? wireName(config, name) : `${wireName(config, name)}_${tag}`
  reply.setCookie(fullName, value, {
    ...attributes(config, name),
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  })
}

export function clearCookie(reply: FastifyReply, config: Config, name: CookieName): void {
  reply.setCookie(wireName(config, name), '', { ...attributes(config, name), maxAge: 0 })
}
