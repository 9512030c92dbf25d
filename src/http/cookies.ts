import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'

type CookieName = 'session_id' | 'device_id' | 'anonymous_user_id' | 'refresh_token'

/** Browsers accept these prefixes only with Secure, and `__Host-` only without Domain: RFC 6265bis section 4.1.3. */
export function wireName(config: Config, name: CookieName): string {
  if (config.appEnv === 'development') return name
  return config.cookieDomain ? `__Secure-${name}` : `__Host-${name}`
}

export const readCookie = (request: FastifyRequest, config: Config, name: CookieName): string | undefined =>
  request.cookies[wireName(config, name)] || undefined

const attributes = (config: Config) => ({
  httpOnly: true,
  secure: config.appEnv !== 'development',
  sameSite: 'lax' as const,
  path: '/',
  ...(config.cookieDomain && { domain: config.cookieDomain }),
})

type Cookie = { readonly name: CookieName; readonly value: string; readonly maxAgeSeconds?: number | undefined }

export function setCookie(reply: FastifyReply, config: Config, { name, value, maxAgeSeconds }: Cookie): void {
  reply.setCookie(wireName(config, name), value, {
    ...attributes(config),
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  })
}

export function clearCookie(reply: FastifyReply, config: Config, name: CookieName): void {
  reply.setCookie(wireName(config, name), '', { ...attributes(config), maxAge: 0 })
}
