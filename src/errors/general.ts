import type { ErrorTable } from './table.ts'

export const generalErrors = {
  'general:bad_request': {
    status: 400,
    title: 'Bad request',
    description:
      'malformed JSON, wrong content type, wrong JSON type or missing field, malformed id or query, a request that cannot be read',
  },
  'general:validation_error': {
    status: 400,
    title: 'Validation error',
    description: 'a well-formed request breaks a field rule; `fields` says which',
  },
  'general:invalid_ip_address': {
    status: 400,
    title: 'Invalid IP address',
    description: 'a trusted proxy forwards a client address that is no IP address',
  },
  FORBIDDEN: {
    status: 403,
    title: 'Forbidden',
    description:
      'a cookie-authenticated unsafe request from another site (Sec-Fetch-Site, else Origin), or a login posted across sites',
  },
  FILE_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    description: 'the upload, or any request body, is over its limit',
  },
  'rate_limit:exceeded': {
    status: 429,
    title: 'Too many requests',
    description:
      'too many attempts for this account, address or network; also a full hashing queue. Retry-After says when',
  },
  'turnstile:token_missing': {
    status: 400,
    title: 'Turnstile token missing',
    description: 'Turnstile is on and no X-Turnstile-Token was sent',
  },
  'turnstile:verification_failed': {
    status: 403,
    title: 'Turnstile verification failed',
    description: 'the Turnstile service rejects the token',
  },
  'turnstile:service_error': {
    status: 503,
    title: 'Turnstile service error',
    description: 'the Turnstile service is unreachable, slow or answers garbage',
  },
  'system:internal_error': {
    status: 400,
    title: 'Internal error',
    description:
      'anything not foreseen, for example a sealed value (TOTP secret, mail payload) that no key opens or seals; logged with its cause and counted',
  },
  'system:hashing_error': {
    status: 500,
    title: 'Hashing error',
    description: 'the stored password hash cannot be parsed or exceeds the cost bounds',
  },
  'system:not_found': {
    status: 404,
    title: 'Not found',
    description: "no such route; also a session id that is not one of the caller's",
  },
  'system:transaction_error': {
    status: 500,
    title: 'Transaction error',
    description:
      'a transaction could not be completed: lock timeout, deadlock or serialisation failure after its retries, a failed or unanswered commit',
  },
  'system:database_error': {
    status: 500,
    title: 'Database error',
    description: 'PostgreSQL is down, the pool is exhausted, or a statement runs past its deadline',
  },
  'system:token_creation_error': {
    status: 500,
    title: 'Token creation error',
    description: 'the keyring has no usable signing key',
  },
} as const satisfies ErrorTable<'general' | 'rate_limit' | 'system' | 'turnstile'>
