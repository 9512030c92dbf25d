import type { Config } from '../config/config.ts'

/** The pages of the front end that mailed links lead to. */
export const accountPages = [
  'verify-email',
  'email-sign-in',
  'verify-device',
  'reset-password',
  'confirm-email-change',
  'undo-email-change',
  'confirm-deletion',
  'accept-invitation',
] as const

/** The domain of the front end's pages. Returns undefined if they have none that digits can be bound to. */
export function domainOfPages({ frontendUrl }: Config): string | undefined {
  const { protocol, hostname } = new URL(frontendUrl)
  return protocol === 'https:' ? hostname : undefined
}

/** Built from the configuration alone, so that no Host header gets into a mail [EM1]. */
export const mailedLink = (config: Config, page: (typeof accountPages)[number], token: string): string =>
  `${config.frontendUrl}/account/${page}?token=${token}`
