import type { Rows } from '../db/rows.ts'
import { oauthIdentities, oauthSignUps } from '../db/schema/oauth.ts'

export const oauthRows = {
  personal: [oauthIdentities, oauthSignUps],
  otherwise: { oauth_states: 'one that links names a session, which has ended; it lives for minutes' },
  expired: {
    oauth_states: `expires_at < now() - interval '1 day'`,
    oauth_sign_ups: `expires_at < now() - interval '1 day'`,
    used_id_tokens: 'expires_at < now()',
  },
  sealed: [{ table: 'oauth_providers', column: 'sealed_client_secret', purpose: 'oauth-provider', boundTo: 'id' }],
  events: ['oauth_linked', 'oauth_unlinked'],
} as const satisfies Rows
