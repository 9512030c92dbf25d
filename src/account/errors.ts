import type { ErrorTable } from '../errors/table.ts'

export const userErrors = {
  'user:invalid_password': {
    status: 401,
    title: 'Wrong password',
    description: 'current_password is wrong; also DELETE /v0/user/me with a wrong password',
    meaning: 'The present password is not this one; nothing was changed and the session goes on.',
    advice: 'Mark the password field; do not show the sign-in. Wrong tries count.',
  },
  'user:password_not_set': {
    status: 401,
    title: 'User has no password',
    description: 'the signed-in account has no password to confirm with (OAuth-only)',
    meaning: 'The account has no password that could confirm this.',
    advice: 'Offer another proof (a passkey, a TOTP code), or to set a password first.',
  },
  'user:invalid_session': {
    status: 401,
    title: 'Session is invalid',
    description:
      'the session token is malformed (prefix, length, checksum), or its session was revoked: logout, revoked ' +
      'from another device, password reset, e-mail change',
    meaning: 'This session is over or its token is damaged; its cookie is cleared.',
    advice: 'Forget the token and show the sign-in. It is what a sign-out on another device looks like.',
    clears: 'session_id',
  },
  'user:not_verified': {
    status: 401,
    title: 'Email not verified',
    description:
      'the right password of a sign-up whose e-mail is not yet verified (also of the row that stands in for a ' +
      'sign-up with a registered address)',
    meaning: 'The password is right, but the address of the sign-up is not confirmed yet.',
    advice: 'Ask the user for the link in the mail; offer resend-verification-email.',
  },
  'user:not_found': {
    status: 404,
    title: 'User not found',
    description: 'no user with that handle or id',
    meaning: 'There is no such user, or no longer.',
    advice: 'Show "no such user"; after a rename look for the new handle.',
  },
  'user:unauthorized': {
    status: 401,
    title: 'Not authenticated',
    description: 'no credential was sent',
    meaning: 'The request carries no session: nobody is signed in.',
    advice: 'Show the sign-in. In a browser send credentials with the request (`credentials: "include"`).',
  },
  'user:banned': {
    status: 403,
    title: 'User is banned',
    description:
      'the right password of a banned account; also every signed-in route but GET /v0/user/me, logout, ' +
      'reauthenticate, data export and account deletion',
    meaning: 'The account is banned: it may see itself, export its data and leave, nothing else.',
    advice: 'Show reason and end from GET /v0/user/me where there is a session; do not show the sign-in again.',
  },
  'user:permission_insufficient': {
    status: 403,
    title: 'Insufficient permissions',
    description: 'signed in without the role that the route needs',
    meaning: 'Signed in, but not as a moderator or administrator.',
    advice: 'Hide what `roles` of GET /v0/user/me does not allow; a new sign-in changes nothing.',
  },
  'user:second_factor_required': {
    status: 403,
    title: 'Second factor required',
    description:
      'what needs a session that shows two factors, asked with one that does not: its sign-in or a ' +
      're-authentication took no code; a code of an app does not count in the first 24 hours, unless the ' +
      'session that set it up had shown two factors or an operator confirmed it',
    meaning: 'The session is good, but a password, provider or mailbox alone stands behind it; nothing was changed.',
    advice:
      'Where TOTP is on, post a code to POST /v0/auth/reauthenticate, then repeat the request. Where it is ' +
      'off, offer to set it up; its codes count a day later, or once an operator has confirmed it.',
  },
  'user:handle_already_exists': {
    status: 409,
    title: 'Handle already taken',
    description:
      'the handle is taken (case-insensitively) by a user, a deleted user or a live reservation of another ' +
      'sign-up; the answer does not depend on whether an e-mail is registered',
    meaning: 'Somebody has this handle, had it, or is about to get it; nothing was changed.',
    advice: 'Mark the field and ask for another; GET /v0/users/handle/{handle}/available tells beforehand.',
  },
  'user:email_already_exists': {
    status: 409,
    title: 'Email already registered',
    description:
      'the new address belongs to another account; also POST /v0/auth/verify-email when the address was taken ' +
      'since the sign-up. Never from POST /v0/auth/signup, which does not tell',
    meaning: 'Another account has this address; nothing was changed.',
    advice: 'Ask for another address. At the link of a sign-up: show the sign-in, the account is there.',
  },
  'user:token_expired': {
    status: 401,
    title: 'Token expired',
    description:
      'the refresh token has expired; also an expired access token as Bearer, an expired pending_token at ' +
      'complete-signup',
    meaning: 'A token that is not the session was good once and its time is over.',
    advice:
      'Access token: refresh it. Refresh token: get a new pair from the session, or sign in. pending_token: ' +
      'begin the OAuth sign-in again.',
  },
  'user:no_refresh_token': {
    status: 401,
    title: 'No refresh token available',
    description: 'neither a refresh_token in the body nor a refresh cookie',
    meaning: 'There is nothing to refresh or to revoke by.',
    advice: 'Send refresh_token in the body or its cookie; without one ask POST /v0/auth/token, signed in.',
  },
  'user:invalid_token': {
    status: 401,
    title: 'Invalid token',
    description:
      'unknown, malformed or already rotated refresh token (reuse ends its whole family), or one whose session ' +
      'ended; also an access token with a bad signature, issuer, audience or key id, or on a route that ' +
      'access tokens do not open, and a pending_token from another browser or form',
    meaning: 'The token is not good here, and will not become good.',
    advice:
      'Forget it. Refresh token: get a new pair from the session, or sign in. On routes of the account send ' +
      'the session, not an access token.',
  },
  'user:reauthentication_required': {
    status: 401,
    title: 'Fresh sign-in required',
    description:
      'a route marked fresh without a sign-in or re-authentication in the last five minutes; account deletion ' +
      'without its proof',
    meaning: 'The session goes on, but this needs a proof of the last five minutes.',
    advice:
      'Ask for password, code or passkey, post POST /v0/auth/reauthenticate, then repeat the request. At a ' +
      'deletion send the proof with it.',
  },
  'user:already_banned': {
    status: 409,
    title: 'User is already banned',
    description: 'the target is banned',
    meaning: 'The user is banned already; that ban stays as it is.',
    advice: 'Reload the user. For another end or reason unban first.',
  },
  'user:not_banned': {
    status: 400,
    title: 'User is not banned',
    description: 'the target is not banned',
    meaning: 'There is no ban to lift.',
    advice: 'Reload the user and treat it as done.',
  },
  'user:already_has_role': {
    status: 409,
    title: 'User already has the role',
    description: 'the target holds the role',
    meaning: 'The user has this role; it stays as it is.',
    advice: 'Reload the user. For another end revoke the role first.',
  },
  'user:does_not_have_role': {
    status: 400,
    title: 'User does not have the role',
    description: 'the target does not hold the role',
    meaning: 'There is no such role to take away.',
    advice: 'Reload the user and treat it as done.',
  },
  'user:cannot_manage_self': {
    status: 403,
    title: 'Own account cannot be managed',
    description: 'the target is the caller; also DELETE /v0/user/me by the last administrator',
    meaning: 'Nobody bans or promotes the own account, and the last administrator cannot leave.',
    advice: 'Hide the act for the own account. To leave, make somebody else administrator first.',
  },
  'user:cannot_manage_higher_or_equal_role': {
    status: 403,
    title: 'Target has a higher or equal role',
    description: 'the target is an administrator',
    meaning: 'Administrators do not act on administrators; nothing was changed.',
    advice: 'Hide the act for administrators; only the operator does it, on the command line.',
  },
} as const satisfies ErrorTable<'user'>
