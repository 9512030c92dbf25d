import type { ErrorTable } from '../errors/table.ts'

export const oauthErrors = {
  'oauth:invalid_auth_url': {
    status: 400,
    title: 'Invalid auth URL',
    description:
      'authorization_endpoint is not an absolute https URL, has userinfo or a fragment (http on loopback is allowed outside production)',
  },
  'oauth:invalid_token_url': {
    status: 400,
    title: 'Invalid token URL',
    description:
      'token_endpoint or userinfo_endpoint is not such a URL, or its host resolves to a non-public address in production and is not in OUTBOUND_ALLOW',
  },
  'oauth:invalid_redirect_url': {
    status: 400,
    title: 'Invalid redirect URL',
    description:
      'redirect_to is neither a plain relative path nor on the allow-list: scheme-relative, backslash, userinfo, control characters and look-alikes refused',
  },
  'oauth:token_exchange_failed': {
    status: 400,
    title: 'OAuth token exchange failed',
    description:
      'the provider refuses the code, cannot be reached, answers its token endpoint with something else, or sends an ID token that does not verify',
  },
  'oauth:user_info_fetch_failed': {
    status: 400,
    title: 'Failed to fetch provider user info',
    description:
      'the provider does not answer the user-info request with 2xx within the deadline; also its keys at a native sign-in',
  },
  'oauth:user_info_parse_failed': {
    status: 500,
    title: 'Failed to parse provider user info',
    description: "the provider's user-info is not JSON, or has no usable subject",
  },
  'oauth:account_already_linked': {
    status: 409,
    title: 'OAuth account already linked',
    description: 'that provider identity is linked to an account already, or this account has one of that provider',
  },
  'oauth:connection_not_found': {
    status: 404,
    title: 'OAuth connection not found',
    description: 'the account has no connection to that provider',
  },
  'oauth:cannot_unlink_last_connection': {
    status: 400,
    title: 'Cannot unlink last login method',
    description: 'it is the only way to sign in: no password and no other connection',
  },
  'oauth:invalid_image_url': {
    status: 400,
    title: 'Invalid provider image URL',
    description:
      "the linked provider gave no picture URL, or it is not https (outside production http passes) or not on the provider's list of image hosts, has userinfo, leads to a non-public address (checked at connect time; outside production loopback passes), redirects, is too large, or is no image",
  },
  'oauth:invalid_state': {
    status: 400,
    title: 'Invalid OAuth state',
    description: 'state unknown, used before, of another provider, flow or browser',
  },
  'oauth:state_expired': {
    status: 400,
    title: 'Expired OAuth state',
    description: 'state is older than its lifetime',
  },
  'oauth:handle_required': {
    status: 400,
    title: 'Handle required',
    description: 'no handle given',
  },
  'oauth:email_already_exists': {
    status: 409,
    title: 'Email already exists',
    description:
      "an account with the provider's e-mail exists: accounts are never linked by e-mail alone (a pending sign-up does not count and ends when complete-signup takes its address)",
  },
  'oauth:email_not_verified': {
    status: 400,
    title: 'Provider email not verified',
    description:
      'the provider does not vouch for the e-mail (email_verified is not exactly true; GitHub has no verified primary address)',
  },
  'oauth:provider_not_found': {
    status: 404,
    title: 'OAuth provider not found',
    description: 'no provider of that name is configured',
  },
  'oauth:invalid_id_token': {
    status: 400,
    title: 'Invalid provider ID token',
    description:
      'the ID or access token of a native sign-in is not one issued by the provider to this client, or its nonce does not match',
  },
} as const satisfies ErrorTable<'oauth'>
