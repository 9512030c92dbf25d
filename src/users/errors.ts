import type { ErrorTable } from '../errors/table.ts'

export const userErrors = {
  'user:invalid_password': {
    status: 401,
    title: 'Wrong password',
    description: 'current_password is wrong; also DELETE /v0/user/me with a wrong password',
  },
  'user:password_not_set': {
    status: 401,
    title: 'User has no password',
    description: 'the signed-in account has no password to confirm with (OAuth-only)',
  },
  'user:invalid_session': {
    status: 401,
    title: 'Session is invalid',
    description:
      'the session token is malformed (prefix, length, checksum), or its session was revoked: logout, revoked from another device, password reset, e-mail change',
  },
  'user:not_verified': {
    status: 401,
    title: 'Email not verified',
    description:
      'the right password of a sign-up whose e-mail is not yet verified (also of the row that stands in for a sign-up with a registered address)',
  },
  'user:not_found': {
    status: 404,
    title: 'User not found',
    description: 'no user with that handle or id',
  },
  'user:unauthorized': {
    status: 401,
    title: 'Not authenticated',
    description: 'no credential was sent',
  },
  'user:banned': {
    status: 403,
    title: 'User is banned',
    description:
      'the right password of a banned account; also every signed-in route but GET /v0/user/me, logout, reauthenticate, data export and account deletion',
  },
  'user:permission_insufficient': {
    status: 403,
    title: 'Insufficient permissions',
    description: 'signed in without the role that the route needs',
  },
  'user:handle_already_exists': {
    status: 409,
    title: 'Handle already taken',
    description:
      'the handle is taken (case-insensitively) by a user, a deleted user or a live reservation of another sign-up; the answer does not depend on whether an e-mail is registered',
  },
  'user:email_already_exists': {
    status: 409,
    title: 'Email already registered',
    description:
      'the new address belongs to another account; also POST /v0/auth/verify-email when the address was taken since the sign-up. Never from POST /v0/auth/signup, which does not tell',
  },
  'user:token_expired': {
    status: 401,
    title: 'Token expired',
    description:
      'the refresh token has expired; also an expired access token as Bearer, an expired pending_token at complete-signup',
  },
  'user:no_refresh_token': {
    status: 401,
    title: 'No refresh token available',
    description: 'neither a refresh_token in the body nor a refresh cookie',
  },
  'user:invalid_token': {
    status: 401,
    title: 'Invalid token',
    description:
      'unknown, malformed or already rotated refresh token (reuse ends its whole family), or one whose session ended; also an access token with a bad signature, issuer, audience or key id, or on a route that access tokens do not open, and a pending_token from another browser or form',
  },
  'user:reauthentication_required': {
    status: 401,
    title: 'Fresh sign-in required',
    description:
      'a route marked fresh without a sign-in or re-authentication in the last five minutes; account deletion without its proof',
  },
  'user:already_banned': {
    status: 409,
    title: 'User is already banned',
    description: 'the target is banned',
  },
  'user:not_banned': {
    status: 400,
    title: 'User is not banned',
    description: 'the target is not banned',
  },
  'user:already_has_role': {
    status: 409,
    title: 'User already has the role',
    description: 'the target holds the role',
  },
  'user:does_not_have_role': {
    status: 400,
    title: 'User does not have the role',
    description: 'the target does not hold the role',
  },
  'user:cannot_manage_self': {
    status: 403,
    title: 'Own account cannot be managed',
    description: 'the target is the caller; also DELETE /v0/user/me by the last administrator',
  },
  'user:cannot_manage_higher_or_equal_role': {
    status: 403,
    title: 'Target has a higher or equal role',
    description: 'the target is an administrator',
  },
} as const satisfies ErrorTable<'user'>
