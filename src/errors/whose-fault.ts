import { catalogue, type ErrorCode } from './catalogue.ts'

/** `caller`: another request would do; `limit`: too many; `dependency`: a server that Postern needs; `operator`: us. */
export const causes = ['caller', 'limit', 'dependency', 'operator'] as const
export type Cause = (typeof causes)[number]

/** Of the server itself or of how it is set up, whatever their status. */
const operatorCodes: readonly ErrorCode[] = [
  'system:internal_error',
  'general:invalid_ip_address',
  'file:read_error',
  'system:hashing_error',
  'system:token_creation_error',
  'totp:qr_generation_failed',
  'totp:secret_generation_failed',
]
/** Of a provider, which no status tells from the caller's. */
const providerCodes: readonly ErrorCode[] = ['oauth:token_exchange_failed', 'oauth:user_info_fetch_failed']

/** What causes an error with this code. */
export function causeOf(code: ErrorCode): Cause {
  if (operatorCodes.includes(code)) return 'operator'
  if (providerCodes.includes(code)) return 'dependency'
  const { status } = catalogue[code]
  if (status === 429) return 'limit'
  return status >= 500 ? 'dependency' : 'caller'
}
