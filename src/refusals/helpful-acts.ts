import type { ErrorCode } from '../errors/catalogue.ts'

/**
 * What an administrator or the operator can do for somebody who is refused, besides explaining it. By the names of the
 * acts of `npm run admin -- user`, where there is one.
 */
export const helpfulActs = [
  'resend-verification',
  'send-password-link',
  'unlock',
  'unban',
  'reset-second-factor',
  'forget-passkey',
  'retry-mail',
  'invite',
] as const
export type HelpfulAct = (typeof helpfulActs)[number]

const helps: Readonly<Partial<Record<ErrorCode, readonly HelpfulAct[]>>> = {
  'auth:invalid_credentials': ['send-password-link'],
  'user:password_not_set': ['send-password-link'],
  'password:incorrect': ['send-password-link'],
  'user:invalid_password': ['send-password-link'],
  'user:not_verified': ['resend-verification'],
  'user:banned': ['unban'],
  'user:sign_up_closed': ['invite'],
  'email:domain_not_allowed': ['invite'],
  'rate_limit:exceeded': ['unlock'],
  'token:invalid_verification': ['resend-verification'],
  'token:expired_verification': ['resend-verification'],
  'token:invalid_reset': ['send-password-link'],
  'token:expired_reset': ['send-password-link'],
  'token:invalid_invitation': ['invite'],
  'token:expired_invitation': ['invite'],
  'totp:invalid_code': ['unlock', 'reset-second-factor'],
  'totp:backup_code_exhausted': ['reset-second-factor'],
  'passkey:unknown_credential': ['send-password-link'],
  'passkey:invalid_assertion': ['forget-passkey', 'send-password-link'],
  'worker:connection_failed': ['retry-mail'],
  'worker:response_invalid': ['retry-mail'],
  'worker:verification_email_send_failed': ['retry-mail', 'resend-verification'],
  'worker:password_reset_email_send_failed': ['retry-mail', 'send-password-link'],
}

export const actsThatHelp = (code: ErrorCode): readonly HelpfulAct[] => helps[code] ?? []
