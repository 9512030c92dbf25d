import type { ErrorTable } from './table.ts'

export const generalErrors = {
  'general:bad_request': {
    status: 400,
    title: 'Bad request',
    description:
      'malformed JSON, wrong content type, wrong JSON type or missing field, malformed id or query, a request ' +
      'that cannot be read',
    meaning: 'The request is not of the form that the route takes; nothing was done.',
    advice:
      'It is a mistake of the client: compare with /openapi.json. `fields` names what is missing or has the ' +
      'wrong type.',
  },
  'general:validation_error': {
    status: 400,
    title: 'Validation error',
    description: 'a well-formed request breaks a field rule; `fields` says which',
    meaning: 'The request was understood, but a value breaks a rule; nothing was done.',
    advice: 'Mark each of `fields` by its `path` and say its `rule` with `limit` or `values`.',
  },
  'general:invalid_ip_address': {
    status: 400,
    title: 'Invalid IP address',
    description: 'a trusted proxy forwards a client address that is no IP address',
    meaning: 'A proxy in front of the server forwards something that is no address.',
    advice:
      'The user can do nothing: it is for the operator, who checks the proxy, TRUSTED_PROXIES and CLIENT_IP_HEADER.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'Forbidden',
    description:
      'a cookie-authenticated unsafe request from another site (Sec-Fetch-Site, else Origin), or a login ' +
      'posted across sites',
    meaning:
      'The request came from a page of another site, or a link from a browser where another account is signed ' +
      'in; nothing was done.',
    advice:
      'Call from the own front end, whose origin is in CORS_ORIGINS where it differs. At a link: sign out ' +
      'first, then open it again.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    description: 'the upload, or any request body, is over its limit',
    meaning: 'The body or the picture is larger than this route takes; nothing was stored.',
    advice: 'Make the picture smaller: 4 MiB, as a banner 8 MiB, at most 25 megapixels. Other bodies may have 64 KiB.',
  },
  'rate_limit:exceeded': {
    status: 429,
    title: 'Too many requests',
    description:
      'too many attempts for this account, address or network; also a full hashing queue. Retry-After says when',
    meaning: 'Too much at once; even what is right must wait. It ends by itself.',
    advice: 'Wait for the seconds of Retry-After, show them, and do not repeat before. Nothing was done.',
  },
  'turnstile:token_missing': {
    status: 400,
    title: 'Turnstile token missing',
    description: 'Turnstile is on and no X-Turnstile-Token was sent',
    meaning: 'This server checks for bots here, and the request has no token of the check.',
    advice: 'Show the Turnstile widget and send its token as header X-Turnstile-Token.',
  },
  'turnstile:verification_failed': {
    status: 403,
    title: 'Turnstile verification failed',
    description: 'the Turnstile service rejects the token',
    meaning: 'Turnstile does not vouch for the token: used, too old, or of another site.',
    advice: 'Reset the widget and send the new token; a token is good once.',
  },
  'turnstile:service_error': {
    status: 503,
    title: 'Turnstile service error',
    description: 'the Turnstile service is unreachable, slow or answers garbage',
    meaning: 'The bot check itself does not answer, so nobody is let through.',
    advice: 'Reset the widget and try again after Retry-After; existing sessions go on.',
  },
  'system:internal_error': {
    status: 400,
    title: 'Internal error',
    description:
      'anything not foreseen, for example a sealed value (TOTP secret, mail payload) that no key opens or ' +
      'seals; logged with its cause and counted',
    meaning: 'Something that nobody foresaw went wrong on the server; it is in its log.',
    advice: 'Say so with the X-Request-Id of the answer, by which the operator finds it. Repeating rarely helps.',
  },
  'system:hashing_error': {
    status: 500,
    title: 'Hashing error',
    description: 'the stored password hash cannot be parsed or exceeds the cost bounds',
    meaning: 'The stored password of this account is damaged, so no password is right.',
    advice: 'Offer forgot-password: a new password replaces it.',
  },
  'system:not_found': {
    status: 404,
    title: 'Not found',
    description: "no such route; also a session id that is not one of the caller's",
    meaning: 'There is nothing at this address, or nothing of yours.',
    advice:
      'Check path and method; Allow names the methods of a path that exists. In a list of sessions or devices: ' +
      'reload the list.',
  },
  'system:transaction_error': {
    status: 500,
    title: 'Transaction error',
    description:
      'a transaction could not be completed: lock timeout, deadlock or serialisation failure after its ' +
      'retries, a failed or unanswered commit',
    meaning:
      'The change met another one or could not be confirmed. Mostly nothing was done; after a lost ' +
      'confirmation it may have been.',
    advice: 'Read the state anew, then try again if the change is not there.',
  },
  'system:database_error': {
    status: 500,
    title: 'Database error',
    description: 'PostgreSQL is down, the pool is exhausted, or a statement runs past its deadline',
    meaning: 'The database does not answer now. It says nothing on the session: nobody was signed out.',
    advice: 'Keep the token, show an outage and try again after a few seconds, less and less often.',
  },
  'system:token_creation_error': {
    status: 500,
    title: 'Token creation error',
    description: 'the keyring has no usable signing key',
    meaning: 'The server has no key to sign access tokens with; the session goes on.',
    advice: 'Trying again does not help: it is for the operator, who checks the keys (KEYS_DIR).',
  },
} as const satisfies ErrorTable<'general' | 'rate_limit' | 'system' | 'turnstile'>
