import type { ErrorTable } from '../errors/table.ts'

export const oauthErrors = {
  'oauth:invalid_auth_url': {
    status: 400,
    title: 'Invalid auth URL',
    description:
      'authorization_endpoint is not an absolute https URL, has userinfo or a fragment (http on loopback is ' +
      'allowed outside production)',
    meaning: 'The provider was not saved: its authorization address, or what its issuer publishes, cannot be used.',
    advice:
      'Mark authorization_endpoint, or issuer where that was given, and ask the administrator for the exact ' +
      'https address.',
  },
  'oauth:invalid_token_url': {
    status: 400,
    title: 'Invalid token URL',
    description:
      'token_endpoint or userinfo_endpoint is not such a URL, or its host resolves to a non-public address in ' +
      'production and is not in OUTBOUND_ALLOW',
    meaning: 'The provider was not saved: the server may not call one of its endpoints.',
    advice: 'Mark token_endpoint and userinfo_endpoint. A provider inside the own network must be in OUTBOUND_ALLOW.',
  },
  'oauth:invalid_redirect_url': {
    status: 400,
    title: 'Invalid redirect URL',
    description:
      'redirect_to is neither a plain relative path nor on the allow-list: scheme-relative, backslash, ' +
      'userinfo, control characters and look-alikes refused',
    meaning: 'The server would not send the user on to this place after the sign-in.',
    advice: 'Send a path such as `/account`, or have the page added to OAUTH_REDIRECT_ALLOW.',
  },
  'oauth:token_exchange_failed': {
    status: 400,
    title: 'OAuth token exchange failed',
    description:
      'the provider refuses the code, cannot be reached, answers its token endpoint with something else, or ' +
      'sends an ID token that does not verify',
    meaning: 'The provider did not confirm this sign-in; nobody was signed in and nothing was linked.',
    advice:
      'Begin anew with authorize: code and state are spent. If it happens every time, the operator checks ' +
      'client id, secret and redirect URI.',
  },
  'oauth:user_info_fetch_failed': {
    status: 400,
    title: 'Failed to fetch provider user info',
    description:
      'the provider does not answer the user-info request with 2xx within the deadline; also its keys at a ' +
      'native sign-in',
    meaning: 'The provider confirmed the sign-in but did not say who it is.',
    advice: 'Begin anew with authorize, a little later; the provider may have an outage.',
  },
  'oauth:user_info_parse_failed': {
    status: 500,
    title: 'Failed to parse provider user info',
    description: "the provider's user-info is not JSON, or has no usable subject",
    meaning: 'The provider answered in a form that holds no identity.',
    advice: 'Trying again does not help: offer another way to sign in. The operator checks userinfo_endpoint.',
  },
  'oauth:account_already_linked': {
    status: 409,
    title: 'OAuth account already linked',
    description: 'that provider identity is linked to an account already, or this account has one of that provider',
    meaning: 'Nothing was linked: that identity, or that provider on this account, is taken.',
    advice: 'Reload the connections. To link another identity of the provider unlink the present one first.',
  },
  'oauth:connection_not_found': {
    status: 404,
    title: 'OAuth connection not found',
    description: 'the account has no connection to that provider',
    meaning: 'The account is not linked to this provider.',
    advice: 'Reload the connections; offer to link the provider where its picture is wanted.',
  },
  'oauth:cannot_unlink_last_connection': {
    status: 400,
    title: 'Cannot unlink last login method',
    description: 'it is the only way to sign in: no password, no other connection and no passkey',
    meaning: 'The connection stays: without it nobody could sign in to this account any more.',
    advice: 'Let the user set a password, link another provider or register a passkey first.',
  },
  'oauth:invalid_image_url': {
    status: 400,
    title: 'Invalid provider image URL',
    description:
      'the linked provider gave no picture URL, or it is not https (outside production http passes) or not on ' +
      "the provider's list of image hosts, has userinfo, leads to a non-public address (checked at connect " +
      'time; outside production loopback passes), redirects, is too large, or is no image',
    meaning: 'The picture of the provider was not taken over; the former one stays.',
    advice: 'Offer an upload instead. Where every user of a provider meets this, its image_hosts lack a host.',
  },
  'oauth:invalid_state': {
    status: 400,
    title: 'Invalid OAuth state',
    description: 'state unknown, used before, of another provider, flow or browser',
    meaning: 'This answer of the provider does not belong to an attempt that this browser began, or was used already.',
    advice:
      'Begin anew with authorize, in the same browser. Post every answer once: a reloaded page must not post it again.',
  },
  'oauth:state_expired': {
    status: 400,
    title: 'Expired OAuth state',
    description: 'state is older than its lifetime',
    meaning: 'The user took longer at the provider than an attempt is good for.',
    advice: 'Begin anew with authorize.',
  },
  'oauth:handle_required': {
    status: 400,
    title: 'Handle required',
    description: 'no handle given',
    meaning: 'The sign-up lacks the handle; it still waits.',
    advice: 'Ask for a handle and post again with the same pending_token.',
  },
  'oauth:email_already_exists': {
    status: 409,
    title: 'Email already exists',
    description:
      "an account with the provider's e-mail exists: accounts are never linked by e-mail alone (a pending " +
      'sign-up does not count and ends when complete-signup takes its address)',
    meaning: 'There is an account with this address, and the provider alone does not open it.',
    advice: 'Let the user sign in as before, then link the provider in the settings.',
  },
  'oauth:email_not_verified': {
    status: 400,
    title: 'Provider email not verified',
    description:
      'the provider does not vouch for the e-mail (email_verified is not exactly true; GitHub has no verified ' +
      'primary address)',
    meaning: 'The provider gave no address that it has verified, so no account can be made from it.',
    advice: 'Ask the user to verify the address at the provider, or offer a sign-up with a password.',
  },
  'oauth:provider_not_found': {
    status: 404,
    title: 'OAuth provider not found',
    description: 'no provider of that name is configured',
    meaning: 'This server has no such provider.',
    advice: 'Show the providers that GET /v0/auth/oauth/providers lists; a removed one may still be on an old page.',
  },
  'oauth:invalid_id_token': {
    status: 400,
    title: 'Invalid provider ID token',
    description:
      'the ID or access token of a native sign-in is not one issued by the provider to this client, or its ' +
      'nonce does not match',
    meaning: 'The token of the native sign-in is not one that this server may accept.',
    advice:
      'Get a fresh token from the provider with the client id and the nonce that were configured for this ' +
      'server, and send it once.',
  },
} as const satisfies ErrorTable<'oauth'>
