// Generated from the OpenAPI document by test/client/api.test.ts; npm run write writes it anew.

/** What every route takes (`params`, `body`), what it gives (`data`) and the codes it may refuse with (`code`). */
export interface Routes {
  '/.well-known/jwks.json': {
    /** Get the public keys of access tokens */
    GET: {
      data: { keys: readonly ({ kty: 'OKP'; crv: 'Ed25519'; x: string; kid: string; use: 'sig'; alg: 'EdDSA' })[] }
      code: 'general:invalid_ip_address' | 'system:internal_error'
    }
  }
  '/.well-known/webauthn': {
    /** List the other origins whose pages may use the passkeys of this host; not found if there are none */
    GET: {
      data: { origins: readonly string[] }
      code: 'general:invalid_ip_address' | 'system:internal_error' | 'system:not_found'
    }
  }
  '/health-check': {
    /** The process answers */
    GET: {
      data: undefined
      code: 'system:internal_error'
    }
  }
  '/health/live': {
    /** The process answers */
    GET: {
      data: undefined
      code: 'system:internal_error'
    }
  }
  '/health/ready': {
    /** The server can do its work */
    GET: {
      data: { status: 'up' | 'degraded' | 'down'; checks: Record<string, 'up' | 'down'> }
      code: 'system:internal_error'
    }
  }
  '/v0/admin/audit': {
    /** List what happened to accounts and what administrators did, newest first; with Accept: application/x-ndjson all of it, at most a million lines */
    GET: {
      params?: { query?: { /** The administrator who did it; leaves acts alone */ actor_id?: string; /** The account that it happened to */ user_id?: string; /** Comma-separated: profile_changed, data_exported, deletion_requested, refresh_reuse_detected, email_change_requested, email_changed, email_change_undone, impersonation_started, impersonation_ended, email_sign_in_requested, role_granted, role_revoked, banned, unbanned, oauth_linked, oauth_unlinked, passkey_added, passkey_renamed, passkey_deleted, passkey_clone_suspected, password_changed, password_set, password_reset_requested, password_reset, password_breached, logout, session_revoked, device_forgotten, second_factor_reset, login_succeeded, login_failed, attempts_forgiven, device_added, sign_up, totp_enabled, totp_confirmed, totp_disabled, backup_codes_regenerated, backup_code_used, user:ban, user:unban, user:grant_role, user:revoke_role, user:end_sessions, user:end_session, user:forget_devices, user:forget_device, user:delete_passkey, user:unlink, user:reset_password, user:reset_second_factor, user:change_profile, user:change_email, user:delete, user:export, user:impersonate, user:end_impersonation, provider:register, provider:change, provider:delete, invitation:create, invitation:resend, invitation:revoke, mail:retry */ types?: string; /** RFC 3339 */ from?: string; /** RFC 3339 */ to?: string; /** Address of the client; leaves events alone */ ip?: string; /** X-Request-Id of the answer */ request_id?: string; /** 1 to 100 */ limit?: string; /** next_cursor of the page before */ cursor?: string } }
      data: { data: readonly ({ id: string; type: string; created_at: string; /** The account that it happened to */ user?: { id: string; handle?: string }; /** The administrator who did it */ actor?: { id: string; handle?: string }; /** What it was done to, if that is no account */ resource?: { type: string; id: string }; reason?: string; ip_address?: string; user_agent?: string; metadata?: Record<string, string>; request_id?: string })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/diagnosis': {
    /** Say why somebody cannot sign in, by the address, the handle or the id: one of the three */
    GET: {
      params?: { query?: { /** Of an account or of nobody yet */ email?: string; handle?: string; /** Of an account, or of a sign-up that waits */ user_id?: string } }
      data: { email: string; /** What stands in the way, first what weighs most; empty if nothing is known to */ reasons: readonly ({ name: 'no_account' | 'sign_up_refused' | 'not_verified' | 'banned' | 'locked' | 'no_way_in' | 'connection_dead' | 'passkey_dead' | 'factor_too_new' | 'mail_refused' | 'mail_given_up' | 'mail_waits' | 'refused'; says: string; until?: string; /** Of the last refusal */ code?: string; /** What an administrator can do about it */ acts: readonly ('resend-verification' | 'send-password-link' | 'unlock' | 'unban' | 'reset-second-factor' | 'forget-passkey' | 'retry-mail' | 'invite')[] })[]; account?: { id: string; email: string; handle: string; display_name: string; created_at: string; roles: readonly ('admin' | 'mod')[]; ban?: { reason?: string; until?: string }; /** Waits after too many wrong tries, and what they are for */ locks: readonly ({ of: string; until: string })[]; has_password: boolean; /** Second factors, and from when on each counts */ factors: readonly ({ name: string; since: string; counts_from?: string })[]; passkeys: readonly ({ id: string; name: string; domain: string; works: boolean; created_at: string; last_used_at?: string })[]; connections: readonly ({ provider: string; works: boolean })[]; sessions: number; /** The ten that were seen last */ devices: readonly ({ id: string; user_agent?: string; ip_address?: string; created_at: string; last_seen_at: string })[]; /** The last ten */ events: readonly ({ at: string; type: string; ip_address?: string })[] }; /** A sign-up that waits for its link */ sign_up?: { id: string; email: string; handle: string; display_name: string; created_at: string; expires_at: string }; /** The last ten */ mails: readonly ({ id: string; /** What its link is for; notice: it has none */ purpose: string; state: 'waits' | 'sent' | 'refused' | 'given_up' | 'dropped'; attempts: number; created_at: string; expires_at: string; sent_at?: string; /** Codes with which the mail server refused it for good */ refusal?: string; to?: string; /** The account that it is about */ user?: { id: string; handle?: string } })[]; /** The last ten */ refusals: readonly ({ at: string; request_id: string; method: string; route: string; code: string; /** Who was signed in, or whose address was sent */ user?: { id: string; handle?: string }; network: string; /** Digest of the contract that the caller was written against */ contract?: string; /** Absent, as all that follows, for a code of another version */ status?: number; cause?: 'caller' | 'limit' | 'dependency' | 'operator'; meaning?: string; advice?: string; /** What an administrator can do about it */ acts?: readonly ('resend-verification' | 'send-password-link' | 'unlock' | 'unban' | 'reset-second-factor' | 'forget-passkey' | 'retry-mail' | 'invite')[] })[] }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/doctor': {
    /** Check whether everything that is configured works, at most once a minute */
    GET: {
      data: { examined_at: string; findings: readonly ({ name: string; is_fine: boolean; says: string })[]; /** What works, and is worth a thought */ notes: readonly string[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/impersonations': {
    /** List the impersonations that are under way, newest first */
    GET: {
      params?: { query?: { /** 1 to 100 */ limit?: string; /** next_cursor of the page before */ cursor?: string } }
      data: { data: readonly ({ id: string; user: { id: string; handle: string }; impersonator: { id: string; handle: string }; read_only: boolean; created_at: string; /** whether the link was used; if it is not within a minute, it is over */ is_entered: boolean; last_seen_at: string; ends_at: string; ip_address?: string; user_agent?: string })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/impersonations/{id}': {
    /** End an impersonation, whoever began it */
    DELETE: {
      params: { path: { id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/invitations': {
    /** Invite somebody to make an account; inviting an administrator requires a session with two factors */
    POST: {
      body: { /** One address, Unicode allowed */ email: string; roles?: readonly ('admin' | 'mod')[]; handle?: string; display_name?: string; /** BCP 47 */ locale?: string; /** One paragraph of plain text without links and addresses */ message?: string; /** Seconds, 60 to 2592000; a week by default */ expires_in?: number; reason: string }
      data: { id: string; expires_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:email_already_exists' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:sign_up_closed' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
    /** List invitations, newest first */
    GET: {
      params?: { query?: { /** 1 to 100 */ limit?: string; /** next_cursor of the page before */ cursor?: string } }
      data: { data: readonly ({ id: string; email: string; state: 'open' | 'accepted' | 'revoked' | 'expired'; roles: readonly ('admin' | 'mod')[]; handle?: string; display_name?: string; locale?: string; message?: string; /** absent: the operator */ invited_by?: string; created_at: string; expires_at: string; accepted_at?: string; /** the account that came of it */ user_id?: string })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/invitations/{id}': {
    /** Show an invitation */
    GET: {
      params: { path: { id: string } }
      data: { id: string; email: string; state: 'open' | 'accepted' | 'revoked' | 'expired'; roles: readonly ('admin' | 'mod')[]; handle?: string; display_name?: string; locale?: string; message?: string; /** absent: the operator */ invited_by?: string; created_at: string; expires_at: string; accepted_at?: string; /** the account that came of it */ user_id?: string }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:unauthorized'
    }
    /** Revoke an invitation that nobody has accepted */
    DELETE: {
      params: { path: { id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/invitations/{id}/resend': {
    /** Mail a fresh link of an invitation, which may have expired; earlier links are dead */
    POST: {
      params: { path: { id: string } }
      body: { reason: string }
      data: { id: string; expires_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:email_already_exists' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:sign_up_closed' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/admin/mails': {
    /** List mails that wait or that failed, newest first, without what they say */
    GET: {
      params: { query: { state: 'waiting' | 'failed'; /** 1 to 100 */ limit?: string; /** next_cursor of the page before */ cursor?: string } }
      data: { data: readonly ({ id: string; /** What its link is for; notice: it has none */ purpose: string; state: 'waits' | 'sent' | 'refused' | 'given_up' | 'dropped'; attempts: number; created_at: string; expires_at: string; sent_at?: string; /** Codes with which the mail server refused it for good */ refusal?: string; to?: string; /** The account that it is about */ user?: { id: string; handle?: string } })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/mails/{id}/retry': {
    /** Try a mail that waits again now, not only when its next attempt is due */
    POST: {
      params: { path: { id: string } }
      body: { reason: string }
      data: { id: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/me': {
    /** Get who has the console session, and what they may do */
    GET: {
      data: { id: string; handle: string; /** the highest first */ roles: readonly ('admin' | 'mod')[]; /** what the roles allow; `server` is its settings and state */ scopes: readonly ('users:read' | 'sessions:read' | 'audit:read' | 'bans:read' | 'users:write' | 'sessions:write' | 'bans:write' | 'invitations' | 'providers' | 'server')[]; /** writes need a fresh session; past: re-authenticate first */ fresh_until: string; /** when the console session ends unless it is used before */ expires_at: string }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/oauth/providers': {
    /** List the registered providers, without their secrets */
    GET: {
      data: { providers: readonly ({ id: string; slug: string; name: string; client_id: string; issuer?: string; authorization_endpoint: string; token_endpoint: string; userinfo_endpoint?: string; email_verification: string; nonce: string; token_endpoint_auth_method: string; authorize_parameters: Record<string, string>; audiences: readonly string[]; scopes: readonly string[]; image_hosts: readonly string[]; created_at: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** Register a provider by its issuer (OIDC) or its endpoints; requires a session with two factors */
    POST: {
      body: { slug: string; name: string; client_id: string; client_secret: string; /** for OIDC; its discovery document has the rest */ issuer?: string; authorization_endpoint?: string; token_endpoint?: string; userinfo_endpoint?: string; /** claim, trusted, mail: accept an address if email_verified is true; unless the provider denies it; or after a mailed link was used */ email_verification?: string; /** required, if_present: whether an ID token may lack the nonce that was sent */ nonce?: string; /** client_secret_basic, client_secret_post: how the token endpoint takes the secret; by default as the issuer says, else client_secret_basic */ token_endpoint_auth_method?: string; /** further parameters of the authorization request; with response_mode=form_post the provider posts to Postern */ authorize_parameters?: Record<string, string>; /** client ids of your apps at the provider; apps may send ID tokens that were issued for them */ audiences?: readonly string[]; scopes?: readonly string[]; /** hosts that its pictures may come from */ image_hosts?: readonly string[] }
      data: { id: string; slug: string; name: string; client_id: string; issuer?: string; authorization_endpoint: string; token_endpoint: string; userinfo_endpoint?: string; email_verification: string; nonce: string; token_endpoint_auth_method: string; authorize_parameters: Record<string, string>; audiences: readonly string[]; scopes: readonly string[]; image_hosts: readonly string[]; created_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:invalid_auth_url' | 'oauth:invalid_token_url' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/oauth/providers/{slug}': {
    /** Change a registered provider; its addresses and what is trusted of it require a session with two factors */
    PATCH: {
      params: { path: { slug: string } }
      body?: { name?: string; client_id?: string; client_secret?: string; /** for OIDC; its discovery document has the rest */ issuer?: string; authorization_endpoint?: string; token_endpoint?: string; userinfo_endpoint?: string; /** claim, trusted, mail: accept an address if email_verified is true; unless the provider denies it; or after a mailed link was used */ email_verification?: string; /** required, if_present: whether an ID token may lack the nonce that was sent */ nonce?: string; /** client_secret_basic, client_secret_post: how the token endpoint takes the secret; by default as the issuer says, else client_secret_basic */ token_endpoint_auth_method?: string; /** further parameters of the authorization request; with response_mode=form_post the provider posts to Postern */ authorize_parameters?: Record<string, string>; /** client ids of your apps at the provider; apps may send ID tokens that were issued for them */ audiences?: readonly string[]; scopes?: readonly string[]; /** hosts that its pictures may come from */ image_hosts?: readonly string[] }
      data: { id: string; slug: string; name: string; client_id: string; issuer?: string; authorization_endpoint: string; token_endpoint: string; userinfo_endpoint?: string; email_verification: string; nonce: string; token_endpoint_auth_method: string; authorize_parameters: Record<string, string>; audiences: readonly string[]; scopes: readonly string[]; image_hosts: readonly string[]; created_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:invalid_auth_url' | 'oauth:invalid_token_url' | 'oauth:provider_not_found' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:unauthorized'
    }
    /** Remove a registered provider; requires a session with two factors */
    DELETE: {
      params: { path: { slug: string } }
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'oauth:provider_not_found' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/overview': {
    /** Count sign-ups, sign-ins, sessions and mails of the last days, and the errors of the last hour */
    GET: {
      params?: { query?: { /** 1 to 365 */ days?: string } }
      data: { /** Of UTC, today’s last */ days: readonly ({ day: string; sign_ups: number; sign_ins: number; /** Wrong passwords and codes */ failed: number; /** Sessions that were opened */ sessions: number; /** Accounts that were seen */ active_users: number; mails_sent: number; mails_failed: number })[]; /** When the worker counted today; it does every few minutes */ counted_at?: string; /** Refusals of the last hour that the ledger has, most frequent first */ errors: readonly ({ code: string; cause?: 'caller' | 'limit' | 'dependency' | 'operator'; count: number })[] }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/refusals': {
    /** List the refusals of the last seven days, newest first, with the advice of their codes */
    GET: {
      params?: { query?: { /** X-Request-Id of the answer */ request_id?: string; user_id?: string; /** Of the account, or of an address before it has one */ email?: string; code?: string; /** The pattern of the route */ route?: string; /** The rows of its network */ ip?: string; /** RFC 3339 */ from?: string; /** RFC 3339 */ to?: string; /** 1 to 100 */ limit?: string; /** next_cursor of the page before */ cursor?: string } }
      data: { data: readonly ({ at: string; request_id: string; method: string; route: string; code: string; /** Who was signed in, or whose address was sent */ user?: { id: string; handle?: string }; network: string; /** Digest of the contract that the caller was written against */ contract?: string; /** Absent, as all that follows, for a code of another version */ status?: number; cause?: 'caller' | 'limit' | 'dependency' | 'operator'; meaning?: string; advice?: string; /** What an administrator can do about it */ acts?: readonly ('resend-verification' | 'send-password-link' | 'unlock' | 'unban' | 'reset-second-factor' | 'forget-passkey' | 'retry-mail' | 'invite')[] })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/session': {
    /** Open a console session; requires a session with two factors */
    POST: {
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:unauthorized'
    }
    /** End the console session */
    DELETE: {
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:invalid_session' | 'user:unauthorized'
    }
  }
  '/v0/admin/settings': {
    /** List every variable of the configuration, with its value unless it is a secret */
    GET: {
      data: { data: readonly ({ name: string; group: string; meaning: string; /** file: the file that NAME_FILE names */ source: 'env' | 'file' | 'default'; is_secret: boolean; /** Absent if nothing is set, and for a secret */ value?: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users': {
    /** Find accounts, and sign-ups that wait */
    GET: {
      params?: { query?: { /** part of an address, a handle or a name, where one or two letters are a beginning; @ and a handle; an id */ query?: string; /** the beginning of an address */ email?: string; /** a handle */ handle?: string; id?: string; role?: 'admin' | 'mod'; /** absent: active and banned */ status?: 'active' | 'banned' | 'deleted' | 'waiting'; /** password, totp, passkey, or oauth: and the slug of a provider */ has?: string; /** RFC 3339 */ created_after?: string; /** RFC 3339 */ created_before?: string; /** not seen since, or never */ seen_before?: string; /** created_at by default */ sort?: 'created_at' | 'last_seen_at' | 'email'; /** desc by default; asc for email */ direction?: 'asc' | 'desc'; /** 1 to 100 */ limit?: string; /** next_cursor of the page before, in the same order */ cursor?: string } }
      data: { data: readonly ({ id: string; email: string; handle: string; display_name: string; /** `waiting`: a sign-up whose address is not proven yet */ status: 'active' | 'banned' | 'deleted' | 'waiting'; /** the highest first */ roles: readonly ('admin' | 'mod')[]; created_at: string; /** up to an hour late */ last_seen_at?: string; /** `password`, `totp`, `passkey`, and `oauth:` with the slug of each provider */ factors: readonly string[] })[]; next_cursor?: string; /** exact up to 1,000; 1,001: more than that; without filters an estimate of all */ approximate_total: number }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}': {
    /** Change handle, display name, bio or language of an account */
    PATCH: {
      params: { path: { id: string } }
      body: { reason: string; handle?: string; display_name?: string; bio?: string | null; locale?: string | null }
      data: { id: string; handle: string; display_name: string; bio?: string; locale?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:handle_already_exists' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** Erase an account; its handle confirms that it is this one */
    DELETE: {
      params: { path: { id: string } }
      body: { reason: string; /** the handle of the account */ confirm: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** Show an account */
    GET: {
      params: { path: { id: string } }
      data: { id: string; email: string; handle: string; display_name: string; /** `waiting`: a sign-up whose address is not proven yet */ status: 'active' | 'banned' | 'deleted' | 'waiting'; /** the highest first */ roles: readonly ('admin' | 'mod')[]; created_at: string; /** up to an hour late */ last_seen_at?: string; /** `password`, `totp`, `passkey`, and `oauth:` with the slug of each provider */ factors: readonly string[]; bio?: string; locale?: string; time_zone?: string; profile_image?: string; banner_image?: string; ban?: { reason?: string; banned_at: string; /** absent: permanent */ expires_at?: string }; deleted_at?: string; /** what refuses the right password or code for now, after many wrong ones */ locks: readonly ({ of: string; until: string })[]; counts: { sessions: number; devices: number; passkeys: number; connections: number; /** not sent yet */ waiting_mails: number } }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/change-email': {
    /** Mail a link to a new address of an account, and a notice to the old one; the link changes it */
    POST: {
      params: { path: { id: string } }
      body: { reason: string; /** One address, Unicode allowed */ new_email: string }
      data: { message: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:email_already_exists' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/admin/users/{id}/connections': {
    /** List the providers that an account is connected with */
    GET: {
      params: { path: { id: string } }
      data: { connections: readonly ({ provider: string; email?: string; created_at: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/connections/{provider}': {
    /** Disconnect a user from a provider, unless it is the last way to sign in */
    DELETE: {
      params: { path: { id: string; provider: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:cannot_unlink_last_connection' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/devices': {
    /** Forget every device of a user: each needs a mailed link at its next sign-in */
    DELETE: {
      params: { path: { id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** List the devices that an account knows */
    GET: {
      params: { path: { id: string } }
      data: { devices: readonly ({ id: string; created_at: string; last_seen_at: string; user_agent?: string; ip_address?: string; is_current: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/devices/{device_id}': {
    /** Forget a device of a user: its next sign-in needs a mailed link */
    DELETE: {
      params: { path: { id: string; device_id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/export': {
    /** Export all data of an account, as its owner can; it is noted */
    GET: {
      params: { path: { id: string } }
      data: Record<string, unknown>
      code: 'eventstream:publish_failed' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/impersonation': {
    /** Get a link that opens a session of the account for the administrator */
    POST: {
      params: { path: { id: string } }
      body: { reason: string; /** true by default; false lets the administrator change the profile */ read_only?: boolean; /** 1 to 60; 15 by default */ minutes?: number }
      data: { id: string; /** opens the account, once and within a minute, in whichever browser opens it */ url: string; /** when the session ends that it opens */ ends_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:impersonation_disabled' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/passkeys': {
    /** List the passkeys of an account */
    GET: {
      params: { path: { id: string } }
      data: { passkeys: readonly ({ id: string; name: string; domain: string; /** false: it is of a domain that this server no longer accepts */ works: boolean; created_at: string; last_used_at?: string; backed_up: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/passkeys/{passkey_id}': {
    /** Delete a passkey of a user, unless it is the last way to sign in */
    DELETE: {
      params: { path: { id: string; passkey_id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:last_login_method' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/password-reset': {
    /** Mail a user what forgot-password mails: a link to a new password, or the providers that sign in */
    POST: {
      params: { path: { id: string } }
      body: { reason: string }
      data: { message: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:password_reset_email_send_failed' | 'worker:response_invalid'
    }
  }
  '/v0/admin/users/{id}/second-factor/reset': {
    /** Turn off the second factor of a user, and end every session; with passkeys, these are deleted as well */
    POST: {
      params: { path: { id: string } }
      body: { reason: string; passkeys?: boolean }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'totp:not_enabled' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/security-events': {
    /** List what happened to an account, newest first */
    GET: {
      params: { query?: { /** 1 to 100 */ limit?: string; cursor?: string; /** types of events, comma-separated */ types?: string }; path: { id: string } }
      data: { data: readonly ({ id: string; type: string; created_at: string; ip_address?: string; user_agent?: string; metadata?: Record<string, string> })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/sessions': {
    /** End every session of a user, every sign-in under way, and every change of the address under way */
    DELETE: {
      params: { path: { id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** List the live sessions of an account */
    GET: {
      params: { path: { id: string } }
      data: { sessions: readonly ({ management_id: string; /** `console`: of administration; `impersonation`: an administrator in the account; absent: an ordinary session */ kind?: 'console' | 'impersonation'; created_at: string; last_seen_at: string; expires_at: string; max_expires_at: string; user_agent?: string; ip_address?: string; is_current: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'user:banned' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/admin/users/{id}/sessions/{management_id}': {
    /** End one session of a user */
    DELETE: {
      params: { path: { id: string; management_id: string } }
      body: { reason: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:invalid_session' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/app/auth/accept-invitation': {
    /** Accept an invitation in an app: creates the account and signs in */
    POST: {
      body: { /** From the link in the mail */ token: string; handle?: string; display_name?: string; password?: string; /** BCP 47 */ locale?: string }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:check_unavailable' | 'password:new_password_missing' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:expired_invitation' | 'token:invalid_invitation' | 'user:email_already_exists' | 'user:handle_already_exists' | 'user:sign_up_closed'
    }
  }
  '/v0/app/auth/complete-signup': {
    /** Choose a handle and create the account after a sign-up through a provider */
    POST: {
      body: { /** From the sign-in through the provider */ pending_token: string; handle: string; display_name: string; /** BCP 47 */ locale?: string }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string } | { status: 'email_verification_required' }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:email_already_exists' | 'oauth:handle_required' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:handle_already_exists' | 'user:invalid_token' | 'user:sign_up_closed' | 'user:token_expired' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/app/auth/device/verify': {
    /** Use a device link or code in an app: the device becomes known and is signed in */
    POST: {
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string }
      data: { token: string; device_token: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:invalid_device_verify'
    }
  }
  '/v0/app/auth/email-sign-in': {
    /** Mail a link and a code to sign in with in an app; the answer is the same for every address */
    POST: {
      body: { /** One address, Unicode allowed */ email: string; remember_me?: boolean }
      data: { /** send it with the digits of the code */ code_token: string; expires_at: string; /** the same code may be mailed again from this time on */ resend_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/app/auth/email-sign-in/verify': {
    /** Sign in in an app with the link or the code that was mailed */
    POST: {
      params?: { header?: { 'x-device-token'?: string } }
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string; /** One address, Unicode allowed */ email?: string }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string } | { /** for complete-signup */ pending_token: string; email: string; suggested_handle?: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:domain_not_allowed' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:expired_sign_in' | 'token:invalid_sign_in' | 'user:banned' | 'user:sign_up_closed'
    }
  }
  '/v0/app/auth/login': {
    /** Sign in in an app */
    POST: {
      params?: { header?: { 'x-device-token'?: string } }
      body: { /** One address, Unicode allowed */ email: string; password: string; remember_me?: boolean }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] } | { status: 'device_verification_required'; /** send it with the digits of the code */ code_token?: string; expires_at?: string; /** the same code may be mailed again from this time on */ resend_at?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'auth:invalid_credentials' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'user:banned' | 'user:not_verified' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/app/auth/mailed-code/resend': {
    /** Mail the same code again, to be entered in an app */
    POST: {
      body: { /** From the answer that began it */ code_token: string }
      data: { /** send it with the digits of the code */ code_token: string; expires_at: string; /** the same code may be mailed again from this time on */ resend_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/app/auth/oauth/{provider}/token': {
    /** Sign in in an app with a token from the provider's own library */
    POST: {
      params: { path: { provider: string }; header?: { 'x-device-token'?: string } }
      body: { id_token?: string; nonce?: string; access_token?: string; remember_me?: boolean }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string } | { pending_token: string; email: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:email_already_exists' | 'oauth:email_not_verified' | 'oauth:invalid_auth_url' | 'oauth:invalid_id_token' | 'oauth:provider_not_found' | 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:sign_up_closed'
    }
  }
  '/v0/app/auth/passkeys/second-step': {
    /** Complete the second step of a sign-in in an app with a passkey */
    POST: {
      params?: { header?: { 'x-device-token'?: string } }
      body: { /** From the login */ temp_token: string; /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } } }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/app/auth/passkeys/second-step/options': {
    /** Get the options to use a passkey instead of a code, in an app */
    POST: {
      body: { /** From the login */ temp_token: string }
      data: { /** For PublicKeyCredential.parseRequestOptionsFromJSON() */ public_key: { challenge: string; rpId: string; timeout: number; userVerification: 'required'; allowCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[] }; /** request new options before this time */ expires_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:not_registered' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/app/auth/passkeys/sign-in': {
    /** Sign in in an app with a passkey, which identifies the account by itself */
    POST: {
      params?: { header?: { 'x-device-token'?: string } }
      body: { /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } }; remember_me?: boolean }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned'
    }
  }
  '/v0/app/auth/passkeys/sign-in/options': {
    /** Get the options with which an app asks for a passkey */
    POST: {
      data: { /** For PublicKeyCredential.parseRequestOptionsFromJSON() */ public_key: { challenge: string; rpId: string; timeout: number; userVerification: 'required'; allowCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[] }; /** request new options before this time */ expires_at: string }
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/app/auth/totp/verify': {
    /** Complete the second step of a sign-in in an app */
    POST: {
      params?: { header?: { 'x-device-token'?: string } }
      body: { /** From the login */ temp_token: string; /** Spaces and hyphens are ignored */ code: string }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:backup_code_exhausted' | 'totp:invalid_code' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/app/auth/verify-email': {
    /** Use a verification link or code in an app: creates the account and signs in */
    POST: {
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string; /** One address, Unicode allowed */ email?: string; /** For a sign-up through a provider: the pending_token of the sign-in */ pending_token?: string }
      data: { token: string; /** present if this app became a known device: for X-Device-Token */ device_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:already_verified' | 'email:code_token_expired' | 'email:domain_not_allowed' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:expired_verification' | 'token:invalid_verification' | 'user:email_already_exists' | 'user:sign_up_closed'
    }
  }
  '/v0/auth/accept-invitation': {
    /** Accept an invitation in a browser: creates the account and signs in */
    POST: {
      body: { /** From the link in the mail */ token: string; handle?: string; display_name?: string; password?: string; /** BCP 47 */ locale?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:check_unavailable' | 'password:new_password_missing' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:expired_invitation' | 'token:invalid_invitation' | 'user:email_already_exists' | 'user:handle_already_exists' | 'user:sign_up_closed'
    }
  }
  '/v0/auth/change-email': {
    /** Request a new address: mails a link to it, and a notice to the old one */
    POST: {
      body: { password?: string; /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential?: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } }; /** One address, Unicode allowed */ new_email: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'password:incorrect' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:email_already_exists' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:password_not_set' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/change-password': {
    /** Change the password, and end the other sessions */
    POST: {
      body: { current_password: string; new_password: string; /** Every device needs a mailed link again */ forget_devices?: boolean }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:cannot_update_oauth_only' | 'password:check_unavailable' | 'password:new_password_missing' | 'password:required_for_update' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_password' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/check': {
    /** Forward-auth of reverse proxies: the answer's headers say who is signed in */
    GET: {
      params?: { query?: { /** adds X-Postern-Identity to the answer; `docs/forward-auth.md` says how to verify it */ identity?: 'jwt' } }
      data: undefined
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:token_creation_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:token_expired' | 'user:unauthorized'
    }
  }
  '/v0/auth/complete-signup': {
    /** Choose a handle and create the account after a sign-up through a provider */
    POST: {
      body: { /** From the sign-in through the provider */ pending_token: string; handle: string; display_name: string; /** BCP 47 */ locale?: string }
      data: { status: 'email_verification_required' } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:email_already_exists' | 'oauth:handle_required' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:handle_already_exists' | 'user:invalid_token' | 'user:sign_up_closed' | 'user:token_expired' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/confirm-email-change': {
    /** Use the link from the new mailbox: changes the address and ends every session */
    POST: {
      body: { /** From the link in the mail */ token: string; /** One address, Unicode allowed */ email?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:invalid_email_change' | 'user:email_already_exists'
    }
  }
  '/v0/auth/device/verify': {
    /** Use a device link or code in a browser: the device becomes known and is signed in */
    POST: {
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:invalid_device_verify'
    }
  }
  '/v0/auth/devices': {
    /** List the devices that the account knows */
    GET: {
      data: { devices: readonly ({ id: string; created_at: string; last_seen_at: string; user_agent?: string; ip_address?: string; is_current: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/devices/{id}': {
    /** Forget a device: its next sign-in needs a mailed link */
    DELETE: {
      params: { path: { id: string } }
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/email-sign-in': {
    /** Mail a link and a code to sign in with in a browser; the answer is the same for every address */
    POST: {
      body: { /** One address, Unicode allowed */ email: string; remember_me?: boolean }
      data: { /** send it with the digits of the code */ code_token: string; expires_at: string; /** the same code may be mailed again from this time on */ resend_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/email-sign-in/verify': {
    /** Sign in in a browser with the link or the code that was mailed */
    POST: {
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string; /** One address, Unicode allowed */ email?: string }
      data: { /** for complete-signup */ pending_token: string; email: string; suggested_handle?: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:domain_not_allowed' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:expired_sign_in' | 'token:invalid_sign_in' | 'user:banned' | 'user:sign_up_closed'
    }
  }
  '/v0/auth/forgot-password': {
    /** Mail a link to set a new password; the answer is the same for every address */
    POST: {
      body: { /** One address, Unicode allowed */ email: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:password_reset_email_send_failed' | 'worker:response_invalid'
    }
  }
  '/v0/auth/impersonation': {
    /** Open the session that the link of an impersonation is for, in this browser */
    POST: {
      body: { /** From the fragment of the link */ token: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:invalid_impersonation'
    }
  }
  '/v0/auth/login': {
    /** Sign in in a browser */
    POST: {
      body: { /** One address, Unicode allowed */ email: string; password: string; remember_me?: boolean }
      data: { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] } | { status: 'device_verification_required'; /** send it with the digits of the code */ code_token?: string; expires_at?: string; /** the same code may be mailed again from this time on */ resend_at?: string } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'auth:invalid_credentials' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'user:banned' | 'user:not_verified' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/logout': {
    /** End the session, and the console session beside it */
    POST: {
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/mailed-code/resend': {
    /** Mail the same code again, to be entered in a browser */
    POST: {
      body: { /** From the answer that began it */ code_token: string }
      data: { /** send it with the digits of the code */ code_token: string; expires_at: string; /** the same code may be mailed again from this time on */ resend_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:code_token_expired' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/oauth/connections': {
    /** List the connections of the account */
    GET: {
      data: { connections: readonly ({ provider: string; email?: string; created_at: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/oauth/connections/unlink': {
    /** Disconnect the account from a provider, unless it is the last way to sign in */
    POST: {
      body: { provider: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:cannot_unlink_last_connection' | 'oauth:connection_not_found' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/oauth/google/one-tap/login': {
    /** Sign in with a credential of Google One Tap */
    POST: {
      body: { credential: string; remember_me?: boolean }
      data: { /** for complete-signup */ pending_token: string; email: string; suggested_handle?: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:email_already_exists' | 'oauth:email_not_verified' | 'oauth:invalid_auth_url' | 'oauth:invalid_id_token' | 'oauth:provider_not_found' | 'oauth:user_info_fetch_failed' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:sign_up_closed'
    }
  }
  '/v0/auth/oauth/google/one-tap/nonce': {
    /** Get a nonce for Google One Tap in this browser; it works once */
    GET: {
      data: { nonce: string }
      code: 'general:invalid_ip_address' | 'oauth:invalid_auth_url' | 'oauth:provider_not_found' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/auth/oauth/providers': {
    /** List the providers that users can sign in through */
    GET: {
      data: { providers: readonly ({ slug: string; name: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/auth/oauth/{provider}/authorize': {
    /** Get the URL at the provider to send the browser to */
    GET: {
      params: { query?: { /** login or link; the default is login */ flow?: string; /** true: the resulting session outlives the browser */ remember_me?: string; /** comes back as X-Redirect-To */ redirect_to?: string }; path: { provider: string } }
      data: { auth_url: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'oauth:invalid_auth_url' | 'oauth:invalid_redirect_url' | 'oauth:provider_not_found' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/oauth/{provider}/form-post': {
    /** Take what a provider posts with response_mode=form_post, and send the browser on to the front end */
    POST: {
      params: { path: { provider: string } }
      body?: FormData
      data: never
      code: 'FILE_TOO_LARGE' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:provider_not_found' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/auth/oauth/{provider}/link': {
    /** Connect the account with the code and state that the provider returned */
    POST: {
      params: { path: { provider: string } }
      body: { code: string; state: string; iss?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:account_already_linked' | 'oauth:invalid_auth_url' | 'oauth:invalid_state' | 'oauth:provider_not_found' | 'oauth:state_expired' | 'oauth:token_exchange_failed' | 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/oauth/{provider}/login': {
    /** Sign in with the code and state that the provider returned */
    POST: {
      params: { path: { provider: string } }
      body: { code: string; state: string; iss?: string }
      data: { /** for complete-signup */ pending_token: string; email: string; suggested_handle?: string } | { /** for totp/verify */ temp_token: string; /** the methods that the second step accepts */ methods: readonly ('totp' | 'backup_code' | 'passkey')[] } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:email_already_exists' | 'oauth:email_not_verified' | 'oauth:invalid_auth_url' | 'oauth:invalid_state' | 'oauth:provider_not_found' | 'oauth:state_expired' | 'oauth:token_exchange_failed' | 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:sign_up_closed'
    }
  }
  '/v0/auth/passkeys': {
    /** Register the passkey that the browser created */
    POST: {
      body: { /** What toJSON() of a new PublicKeyCredential returns */ credential: { id: string; rawId: string; type: string; response: { clientDataJSON: string; attestationObject?: string | null; transports?: readonly string[] | null } }; name?: string }
      data: { id: string; /** the id that browsers use for it, in base64url */ credential_id: string; name: string; created_at: string; last_used_at?: string; /** whether it is also stored outside its device */ backed_up: boolean; /** identifies the model of its authenticator */ aaguid?: string; transports?: readonly string[]; /** whether it opened this session */ is_current: boolean }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:already_registered' | 'passkey:challenge_expired' | 'passkey:invalid_challenge' | 'passkey:invalid_registration' | 'passkey:limit_reached' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
    /** List the passkeys of the account, newest first */
    GET: {
      data: { rp_id: string; /** the account’s user handle in passkeys, once registration was offered; absent if PASSKEY_SIGNALS is off */ user_handle?: string; passkeys: readonly ({ id: string; /** the id that browsers use for it, in base64url */ credential_id: string; name: string; created_at: string; last_used_at?: string; /** whether it is also stored outside its device */ backed_up: boolean; /** identifies the model of its authenticator */ aaguid?: string; transports?: readonly string[]; /** whether it opened this session */ is_current: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/passkeys/reauthentication/options': {
    /** Get the options to confirm with a passkey who is signed in */
    POST: {
      data: { /** For PublicKeyCredential.parseRequestOptionsFromJSON() */ public_key: { challenge: string; rpId: string; timeout: number; userVerification: 'required'; allowCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[] }; /** request new options before this time */ expires_at: string }
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'passkey:not_registered' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/passkeys/registration/options': {
    /** Get the options for navigator.credentials.create() to register a passkey */
    POST: {
      body?: { /** conditional */ mediation?: string; /** platform or cross-platform */ attachment?: string }
      data: { /** For PublicKeyCredential.parseCreationOptionsFromJSON() */ public_key: { rp: { id: string; name: string }; user: { id: string; name: string; displayName: string }; challenge: string; pubKeyCredParams: readonly ({ type: 'public-key'; alg: number })[]; timeout: number; excludeCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[]; authenticatorSelection: { residentKey: 'required'; requireResidentKey: boolean; userVerification: 'required' | 'preferred'; authenticatorAttachment?: 'platform' | 'cross-platform' }; attestation: 'none'; extensions: { credProps: boolean } }; /** request new options before this time */ expires_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:limit_reached' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/passkeys/second-step': {
    /** Complete the second step of a sign-in in a browser with a passkey */
    POST: {
      body: { /** From the login */ temp_token: string; /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } } }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/auth/passkeys/second-step/options': {
    /** Get the options to use a passkey instead of a code */
    POST: {
      body: { /** From the login */ temp_token: string }
      data: { /** For PublicKeyCredential.parseRequestOptionsFromJSON() */ public_key: { challenge: string; rpId: string; timeout: number; userVerification: 'required'; allowCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[] }; /** request new options before this time */ expires_at: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:not_registered' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/auth/passkeys/sign-in': {
    /** Sign in in a browser with a passkey, which identifies the account by itself */
    POST: {
      body: { /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } }; remember_me?: boolean }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned'
    }
  }
  '/v0/auth/passkeys/sign-in/options': {
    /** Get the options for navigator.credentials.get() in this browser */
    POST: {
      data: { /** For PublicKeyCredential.parseRequestOptionsFromJSON() */ public_key: { challenge: string; rpId: string; timeout: number; userVerification: 'required'; allowCredentials: readonly ({ id: string; type: 'public-key'; transports?: readonly string[] })[] }; /** request new options before this time */ expires_at: string }
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/auth/passkeys/{id}': {
    /** Rename a passkey */
    PATCH: {
      params: { path: { id: string } }
      body: { name: string }
      data: { id: string; /** the id that browsers use for it, in base64url */ credential_id: string; name: string; created_at: string; last_used_at?: string; /** whether it is also stored outside its device */ backed_up: boolean; /** identifies the model of its authenticator */ aaguid?: string; transports?: readonly string[]; /** whether it opened this session */ is_current: boolean }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
    /** Delete a passkey, and end the other sessions that it opened */
    DELETE: {
      params: { path: { id: string } }
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'passkey:last_login_method' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/password-rules': {
    /** Get the rules that a new password must follow */
    GET: {
      data: { min_length: number; max_length: number; breached_check: boolean }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/auth/reauthenticate': {
    /** Confirm who is signed in: the session, and the console session beside it, are then fresh for five minutes */
    POST: {
      body: { password?: string; code?: string; /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential?: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } } }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:not_registered' | 'passkey:unknown_credential' | 'password:incorrect' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:backup_code_exhausted' | 'totp:invalid_code' | 'totp:not_enabled' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:password_not_set' | 'user:unauthorized'
    }
  }
  '/v0/auth/resend-verification-email': {
    /** Mail a fresh verification link; the answer is the same for every address */
    POST: {
      body: { /** One address, Unicode allowed */ email: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:already_verified' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/reset-password': {
    /** Set a new password by a mailed link; ends every session and forgets every device */
    POST: {
      body: { /** From the link in the mail */ token: string; new_password: string; /** One address, Unicode allowed */ email?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:check_unavailable' | 'password:new_password_missing' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:expired_reset' | 'token:invalid_reset'
    }
  }
  '/v0/auth/session': {
    /** Get who is signed in, or null */
    GET: {
      data: { session: { /** An account as its owner sees it */ user: { id: string; email: string; handle: string; display_name: string; bio?: string; /** the language of its mails, BCP 47 */ locale?: string; /** for the times in its mails */ time_zone?: string; profile_image?: string; banner_image?: string; /** the highest first */ roles?: readonly ('admin' | 'mod')[]; is_banned: boolean; banned_until?: string; ban_reason?: string; has_password: boolean; totp_enabled: boolean; /** how many the account has */ passkeys: number; created_at: string; /** present if an administrator is in the account: show it all the time */ impersonated_by?: { id: string; /** whether what changes something is refused */ read_only: boolean; ends_at: string } }; /** when the session ends unless it is used before */ expires_at: string; /** opened or re-authenticated in the last five minutes */ is_fresh: boolean; /** the methods by which the user authenticated */ methods: readonly ('password' | 'totp' | 'backup_code' | 'mail' | 'oauth' | 'passkey')[] } | null }
      code: 'general:invalid_ip_address' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/auth/sessions': {
    /** List the live sessions of the account */
    GET: {
      data: { sessions: readonly ({ management_id: string; /** `console`: of administration; `impersonation`: an administrator in the account; absent: an ordinary session */ kind?: 'console' | 'impersonation'; created_at: string; last_seen_at: string; expires_at: string; max_expires_at: string; user_agent?: string; ip_address?: string; is_current: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/sessions/revoke-others': {
    /** End every other session of the account */
    POST: {
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/sessions/{management_id}': {
    /** End one of the account’s sessions */
    DELETE: {
      params: { path: { management_id: string } }
      data: undefined
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:not_found' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/set-initial-password': {
    /** Set the first password of an account without one, and end the other sessions */
    POST: {
      body: { new_password: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:already_set' | 'password:check_unavailable' | 'password:new_password_missing' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/signup': {
    /** Sign up; no account exists until the mailed link is used */
    POST: {
      body: { /** One address, Unicode allowed */ email: string; handle: string; display_name: string; password: string; /** BCP 47 */ locale?: string }
      data: { message: string; /** send it with the digits of the code */ code_token?: string; expires_at?: string; /** the same code may be mailed again from this time on */ resend_at?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:domain_not_allowed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'password:check_unavailable' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'turnstile:service_error' | 'turnstile:token_missing' | 'turnstile:verification_failed' | 'user:handle_already_exists' | 'user:sign_up_closed' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/auth/token': {
    /** Get an access token of the session, and a refresh token */
    POST: {
      data: { access_token: string; token_type: 'Bearer'; /** seconds */ expires_in: number; /** absent if it comes as a cookie */ refresh_token?: string }
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:token_creation_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/token/refresh': {
    /** Exchange a refresh token for its successor and a new access token */
    POST: {
      body?: { /** takes precedence over the cookie */ refresh_token?: string }
      data: { access_token: string; token_type: 'Bearer'; /** seconds */ expires_in: number; /** absent if it comes as a cookie */ refresh_token?: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:token_creation_error' | 'system:transaction_error' | 'user:banned' | 'user:invalid_token' | 'user:no_refresh_token' | 'user:token_expired'
    }
  }
  '/v0/auth/token/revoke': {
    /** End a refresh token and its whole family */
    POST: {
      body?: { /** takes precedence over the cookie */ refresh_token?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:no_refresh_token'
    }
  }
  '/v0/auth/totp/backup-codes/regenerate': {
    /** Create ten new backup codes; the old ones stop working */
    POST: {
      body: { /** Spaces and hyphens are ignored */ code: string }
      data: { backup_codes: readonly string[] }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:invalid_code' | 'totp:not_enabled' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/totp/disable': {
    /** Switch TOTP off, with a code or a backup code */
    POST: {
      body: { /** Spaces and hyphens are ignored */ code: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:backup_code_exhausted' | 'totp:invalid_code' | 'totp:not_enabled' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/totp/enable': {
    /** Confirm the secret by its first code; shows the backup codes, only once */
    POST: {
      body: { /** Spaces and hyphens are ignored */ code: string }
      data: { backup_codes: readonly string[] }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:already_enabled' | 'totp:invalid_code' | 'totp:not_enabled' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/totp/setup': {
    /** Create a secret for an authenticator app, to be confirmed */
    POST: {
      data: { /** PNG in plain base64 */ qr_code_base64: string; qr_code_uri: string; /** base32, for users who cannot scan the QR code */ secret: string }
      code: 'FORBIDDEN' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:already_enabled' | 'totp:qr_generation_failed' | 'totp:secret_generation_failed' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/auth/totp/status': {
    /** Get whether TOTP is on */
    GET: {
      data: { enabled: boolean; enabled_at?: string; backup_codes_remaining?: number }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/auth/totp/verify': {
    /** Complete the second step of a sign-in in a browser */
    POST: {
      body: { /** From the login */ temp_token: string; /** Spaces and hyphens are ignored */ code: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:backup_code_exhausted' | 'totp:invalid_code' | 'totp:temp_token_expired' | 'totp:temp_token_invalid'
    }
  }
  '/v0/auth/undo-email-change': {
    /** Use the link from the old mailbox: restores the old address and ends every session */
    POST: {
      body: { /** From the link in the mail */ token: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:invalid_email_change' | 'user:email_already_exists'
    }
  }
  '/v0/auth/verify-email': {
    /** Use a verification link or code in a browser: creates the account and signs in */
    POST: {
      body: { /** From the link in the mail */ token?: string; /** From the answer that began it */ code_token?: string; /** The six digits of the mail */ code?: string; /** One address, Unicode allowed */ email?: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'email:already_verified' | 'email:code_token_expired' | 'email:domain_not_allowed' | 'email:invalid_code' | 'email:invalid_code_token' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:email_mismatch' | 'token:expired_verification' | 'token:invalid_verification' | 'user:email_already_exists' | 'user:sign_up_closed'
    }
  }
  '/v0/contract': {
    /** Get what callers rely on: each operation with what it needs, gives and refuses with */
    GET: {
      data: { version: string; digest: string; operations: readonly ({ method: string; route: string; needs: readonly string[]; statuses: readonly number[]; fields: readonly string[]; codes: readonly string[] })[]; status: Record<string, number>; since: Record<string, string> }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/errors': {
    /** Get the catalogue of errors */
    GET: {
      data: { errors: readonly ({ code: string; status: number; title: string; description: string; doc_url: string })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/events': {
    /** Stream the account’s events as they happen (server-sent events); resumes by Last-Event-ID */
    GET: {
      data: NonNullable<Response['body']>
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/files/{name}': {
    /** Get a picture */
    GET: {
      params: { path: { name: string } }
      data: Blob
      code: 'file:not_found' | 'file:read_error' | 'general:invalid_ip_address' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/locales': {
    /** List the languages of the mails and the messages */
    GET: {
      data: { default: string; locales: readonly ({ tag: string; name: string; dir: 'ltr' | 'rtl'; complete: boolean })[] }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error'
    }
  }
  '/v0/messages/{locale}': {
    /** Get a sentence for each error and each rule, as ICU messages in one language */
    GET: {
      params: { path: { locale: string } }
      data: { tag: string; dir: 'ltr' | 'rtl'; errors: Record<string, string>; rules: Record<string, string> }
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:internal_error' | 'system:not_found'
    }
  }
  '/v0/moderation/logs': {
    /** List what moderators and administrators did, newest first */
    GET: {
      params?: { query?: { /** 1 to 100 */ limit?: string; /** id of an entry of the previous page */ cursor_id?: string; cursor_direction?: 'Older' | 'Newer'; actor_id?: string; resource_type?: 'User'; resource_id?: string; /** Comma-separated: user:ban, user:unban, user:grant_role, user:revoke_role, user:end_sessions, user:end_session, user:forget_devices, user:forget_device, user:delete_passkey, user:unlink, user:reset_password, user:reset_second_factor, user:change_profile, user:change_email, user:delete, user:export, user:impersonate, user:end_impersonation */ actions?: string } }
      data: { data: readonly ({ id: string; action: 'user:ban' | 'user:unban' | 'user:grant_role' | 'user:revoke_role' | 'user:end_sessions' | 'user:end_session' | 'user:forget_devices' | 'user:forget_device' | 'user:delete_passkey' | 'user:unlink' | 'user:reset_password' | 'user:reset_second_factor' | 'user:change_profile' | 'user:change_email' | 'user:delete' | 'user:export' | 'user:impersonate' | 'user:end_impersonation'; actor_id: string; resource_type: 'User'; resource_id: string; reason: string; metadata: Record<string, string>; created_at: string })[]; has_newer: boolean; has_older: boolean }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:permission_insufficient' | 'user:unauthorized'
    }
  }
  '/v0/search/users': {
    /** Find users by handle and name, best matches first */
    GET: {
      params: { query: { /** Words of a handle or a name, or the beginnings of words */ query: string; /** 1 to 1000 */ page?: string; /** 1 to 20 */ page_size?: string } }
      data: { users: readonly ({ id: string; handle: string; display_name: string; bio?: string; profile_image?: string })[]; page: number; page_size: number; /** 1,000 at most */ total_hits: number; total_pages: number }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'meilisearch:query_failed' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error'
    }
  }
  '/v0/user/me': {
    /** Get the signed-in account */
    GET: {
      data: { id: string; email: string; handle: string; display_name: string; bio?: string; /** the language of its mails, BCP 47 */ locale?: string; /** for the times in its mails */ time_zone?: string; profile_image?: string; banner_image?: string; /** the highest first */ roles?: readonly ('admin' | 'mod')[]; is_banned: boolean; banned_until?: string; ban_reason?: string; has_password: boolean; totp_enabled: boolean; /** how many the account has */ passkeys: number; created_at: string; /** present if an administrator is in the account: show it all the time */ impersonated_by?: { id: string; /** whether what changes something is refused */ read_only: boolean; ends_at: string } }
      code: 'general:invalid_ip_address' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:invalid_session' | 'user:invalid_token' | 'user:token_expired' | 'user:unauthorized'
    }
    /** Change handle, display name, bio, language or time zone */
    PATCH: {
      body?: { handle?: string; display_name?: string; bio?: string | null; locale?: string | null; time_zone?: string | null }
      data: { id: string; email: string; handle: string; display_name: string; bio?: string; /** the language of its mails, BCP 47 */ locale?: string; /** for the times in its mails */ time_zone?: string; profile_image?: string; banner_image?: string; /** the highest first */ roles?: readonly ('admin' | 'mod')[]; is_banned: boolean; banned_until?: string; ban_reason?: string; has_password: boolean; totp_enabled: boolean; /** how many the account has */ passkeys: number; created_at: string; /** present if an administrator is in the account: show it all the time */ impersonated_by?: { id: string; /** whether what changes something is refused */ read_only: boolean; ends_at: string } }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:handle_already_exists' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
    /** Erase the account by a password, a code or a passkey; mails a link if the account has none of these */
    DELETE: {
      body?: { password?: string; totp_code?: string; /** What toJSON() of the PublicKeyCredential of a sign-in returns */ credential?: { id: string; rawId: string; type: string; response: { clientDataJSON: string; authenticatorData?: string | null; signature?: string | null; userHandle?: string | null } } }
      data: { message: string } | undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'passkey:challenge_expired' | 'passkey:invalid_assertion' | 'passkey:invalid_challenge' | 'passkey:unknown_credential' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:transaction_error' | 'totp:backup_code_exhausted' | 'totp:invalid_code' | 'user:cannot_manage_self' | 'user:impersonated' | 'user:invalid_password' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized' | 'worker:connection_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'
    }
  }
  '/v0/user/me/banner-image': {
    /** Upload a banner: multipart/form-data with a part "file", up to 8 MiB */
    POST: {
      body: FormData
      data: { image_url: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'file:unsupported_type' | 'file:upload_error' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
    /** Remove the banner */
    DELETE: {
      data: undefined
      code: 'FORBIDDEN' | 'file:not_found' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/user/me/deletion/confirm': {
    /** Erase the account by the mailed link */
    POST: {
      body: { /** From the link in the mail */ token: string }
      data: undefined
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'token:invalid_account_deletion' | 'user:cannot_manage_self'
    }
  }
  '/v0/user/me/export': {
    /** Export all data of the account */
    GET: {
      data: Record<string, unknown>
      code: 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/user/me/profile-image': {
    /** Upload a profile picture: multipart/form-data with a part "file", up to 4 MiB */
    POST: {
      body: FormData
      data: { image_url: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'file:unsupported_type' | 'file:upload_error' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
    /** Remove the profile picture */
    DELETE: {
      data: undefined
      code: 'FORBIDDEN' | 'file:not_found' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/user/me/profile-image/import': {
    /** Import the picture from a linked provider */
    POST: {
      body: { provider: string }
      data: { image_url: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'file:upload_error' | 'general:bad_request' | 'general:invalid_ip_address' | 'oauth:connection_not_found' | 'oauth:invalid_image_url' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/user/me/security-events': {
    /** List what happened to the account, newest first */
    GET: {
      params?: { query?: { /** 1 to 100 */ limit?: string; /** next_cursor of the previous page */ cursor?: string } }
      data: { data: readonly ({ id: string; type: string; created_at: string; ip_address?: string; user_agent?: string; metadata?: Record<string, string> })[]; next_cursor?: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'user:banned' | 'user:invalid_session' | 'user:invalid_token' | 'user:unauthorized'
    }
  }
  '/v0/users/ban': {
    /** Ban an account, until a given time or permanently */
    POST: {
      body: { user_id: string; expires_at?: string | null; reason: string }
      data: { user_id: string; expires_at: string | null }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:already_banned' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/users/handle/{handle}/available': {
    /** Get whether a handle is free */
    GET: {
      params: { path: { handle: string } }
      data: { available: boolean }
      code: 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error'
    }
  }
  '/v0/users/profile': {
    /** Get the public profile of an account by its handle */
    GET: {
      params: { query: { handle: string } }
      data: { id: string; handle: string; display_name: string; bio?: string; profile_image?: string; banner_image?: string; roles?: readonly ('admin' | 'mod')[]; deactivated: boolean; is_banned: boolean; banned_until?: string; ban_reason?: string; created_at: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'user:not_found'
    }
  }
  '/v0/users/profile/id': {
    /** Get the public profile of an account by its id */
    GET: {
      params: { query: { user_id: string } }
      data: { id: string; handle: string; display_name: string; bio?: string; profile_image?: string; banner_image?: string; roles?: readonly ('admin' | 'mod')[]; deactivated: boolean; is_banned: boolean; banned_until?: string; ban_reason?: string; created_at: string }
      code: 'general:bad_request' | 'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error' | 'user:not_found'
    }
  }
  '/v0/users/roles/grant': {
    /** Give an account a role, until a given time or permanently */
    POST: {
      body: { user_id: string; role: 'admin' | 'mod'; expires_at?: string | null; reason: string }
      data: { user_id: string; role: 'admin' | 'mod'; expires_at: string | null }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:already_has_role' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:second_factor_required' | 'user:unauthorized'
    }
  }
  '/v0/users/roles/revoke': {
    /** Take a role from an account */
    POST: {
      body: { user_id: string; role: 'admin' | 'mod'; reason: string }
      data: { user_id: string; role: 'admin' | 'mod' }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:does_not_have_role' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
  '/v0/users/unban': {
    /** End the ban of an account */
    POST: {
      body: { user_id: string; reason: string }
      data: { user_id: string }
      code: 'FILE_TOO_LARGE' | 'FORBIDDEN' | 'eventstream:publish_failed' | 'general:bad_request' | 'general:invalid_ip_address' | 'general:validation_error' | 'rate_limit:exceeded' | 'session:expired' | 'session:invalid_user_id' | 'session:not_found' | 'system:database_error' | 'system:internal_error' | 'system:transaction_error' | 'user:banned' | 'user:cannot_manage_higher_or_equal_role' | 'user:cannot_manage_self' | 'user:impersonated' | 'user:invalid_session' | 'user:invalid_token' | 'user:not_banned' | 'user:not_found' | 'user:permission_insufficient' | 'user:reauthentication_required' | 'user:unauthorized'
    }
  }
}

/** Every operation by its name, with its route. */
export interface Operations {
  /** Get the public keys of access tokens */
  getKeys: { method: 'GET'; path: '/.well-known/jwks.json' }
  /** List the other origins whose pages may use the passkeys of this host; not found if there are none */
  listRelatedOrigins: { method: 'GET'; path: '/.well-known/webauthn' }
  /** The process answers */
  checkHealth: { method: 'GET'; path: '/health-check' }
  /** The process answers */
  getLiveness: { method: 'GET'; path: '/health/live' }
  /** The server can do its work */
  getReadiness: { method: 'GET'; path: '/health/ready' }
  /** List what happened to accounts and what administrators did, newest first; with Accept: application/x-ndjson all of it, at most a million lines */
  readAudit: { method: 'GET'; path: '/v0/admin/audit' }
  /** Say why somebody cannot sign in, by the address, the handle or the id: one of the three */
  diagnose: { method: 'GET'; path: '/v0/admin/diagnosis' }
  /** Check whether everything that is configured works, at most once a minute */
  examine: { method: 'GET'; path: '/v0/admin/doctor' }
  /** List the impersonations that are under way, newest first */
  listImpersonations: { method: 'GET'; path: '/v0/admin/impersonations' }
  /** End an impersonation, whoever began it */
  endImpersonation: { method: 'DELETE'; path: '/v0/admin/impersonations/{id}' }
  /** Invite somebody to make an account; inviting an administrator requires a session with two factors */
  invite: { method: 'POST'; path: '/v0/admin/invitations' }
  /** List invitations, newest first */
  listInvitations: { method: 'GET'; path: '/v0/admin/invitations' }
  /** Show an invitation */
  getInvitation: { method: 'GET'; path: '/v0/admin/invitations/{id}' }
  /** Revoke an invitation that nobody has accepted */
  revokeInvitation: { method: 'DELETE'; path: '/v0/admin/invitations/{id}' }
  /** Mail a fresh link of an invitation, which may have expired; earlier links are dead */
  resendInvitation: { method: 'POST'; path: '/v0/admin/invitations/{id}/resend' }
  /** List mails that wait or that failed, newest first, without what they say */
  listMails: { method: 'GET'; path: '/v0/admin/mails' }
  /** Try a mail that waits again now, not only when its next attempt is due */
  retryMail: { method: 'POST'; path: '/v0/admin/mails/{id}/retry' }
  /** Get who has the console session, and what they may do */
  getAdministrator: { method: 'GET'; path: '/v0/admin/me' }
  /** List the registered providers, without their secrets */
  listRegisteredProviders: { method: 'GET'; path: '/v0/admin/oauth/providers' }
  /** Register a provider by its issuer (OIDC) or its endpoints; requires a session with two factors */
  registerProvider: { method: 'POST'; path: '/v0/admin/oauth/providers' }
  /** Change a registered provider; its addresses and what is trusted of it require a session with two factors */
  changeProvider: { method: 'PATCH'; path: '/v0/admin/oauth/providers/{slug}' }
  /** Remove a registered provider; requires a session with two factors */
  removeProvider: { method: 'DELETE'; path: '/v0/admin/oauth/providers/{slug}' }
  /** Count sign-ups, sign-ins, sessions and mails of the last days, and the errors of the last hour */
  readOverview: { method: 'GET'; path: '/v0/admin/overview' }
  /** List the refusals of the last seven days, newest first, with the advice of their codes */
  listRefusals: { method: 'GET'; path: '/v0/admin/refusals' }
  /** Open a console session; requires a session with two factors */
  openConsole: { method: 'POST'; path: '/v0/admin/session' }
  /** End the console session */
  closeConsole: { method: 'DELETE'; path: '/v0/admin/session' }
  /** List every variable of the configuration, with its value unless it is a secret */
  listSettings: { method: 'GET'; path: '/v0/admin/settings' }
  /** Find accounts, and sign-ups that wait */
  listAccounts: { method: 'GET'; path: '/v0/admin/users' }
  /** Change handle, display name, bio or language of an account */
  changeAccount: { method: 'PATCH'; path: '/v0/admin/users/{id}' }
  /** Erase an account; its handle confirms that it is this one */
  deleteAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}' }
  /** Show an account */
  showAccount: { method: 'GET'; path: '/v0/admin/users/{id}' }
  /** Mail a link to a new address of an account, and a notice to the old one; the link changes it */
  changeEmailOfAccount: { method: 'POST'; path: '/v0/admin/users/{id}/change-email' }
  /** List the providers that an account is connected with */
  listConnectionsOfAccount: { method: 'GET'; path: '/v0/admin/users/{id}/connections' }
  /** Disconnect a user from a provider, unless it is the last way to sign in */
  unlinkProviderOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/connections/{provider}' }
  /** Forget every device of a user: each needs a mailed link at its next sign-in */
  forgetDevicesOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/devices' }
  /** List the devices that an account knows */
  listDevicesOfAccount: { method: 'GET'; path: '/v0/admin/users/{id}/devices' }
  /** Forget a device of a user: its next sign-in needs a mailed link */
  forgetDeviceOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/devices/{device_id}' }
  /** Export all data of an account, as its owner can; it is noted */
  exportAccount: { method: 'GET'; path: '/v0/admin/users/{id}/export' }
  /** Get a link that opens a session of the account for the administrator */
  startImpersonation: { method: 'POST'; path: '/v0/admin/users/{id}/impersonation' }
  /** List the passkeys of an account */
  listPasskeysOfAccount: { method: 'GET'; path: '/v0/admin/users/{id}/passkeys' }
  /** Delete a passkey of a user, unless it is the last way to sign in */
  deletePasskeyOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/passkeys/{passkey_id}' }
  /** Mail a user what forgot-password mails: a link to a new password, or the providers that sign in */
  mailPasswordReset: { method: 'POST'; path: '/v0/admin/users/{id}/password-reset' }
  /** Turn off the second factor of a user, and end every session; with passkeys, these are deleted as well */
  resetSecondFactor: { method: 'POST'; path: '/v0/admin/users/{id}/second-factor/reset' }
  /** List what happened to an account, newest first */
  listSecurityEventsOfAccount: { method: 'GET'; path: '/v0/admin/users/{id}/security-events' }
  /** End every session of a user, every sign-in under way, and every change of the address under way */
  endSessionsOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/sessions' }
  /** List the live sessions of an account */
  listSessionsOfAccount: { method: 'GET'; path: '/v0/admin/users/{id}/sessions' }
  /** End one session of a user */
  endSessionOfAccount: { method: 'DELETE'; path: '/v0/admin/users/{id}/sessions/{management_id}' }
  /** Accept an invitation in an app: creates the account and signs in */
  acceptInvitationInApp: { method: 'POST'; path: '/v0/app/auth/accept-invitation' }
  /** Choose a handle and create the account after a sign-up through a provider */
  completeSignUpInApp: { method: 'POST'; path: '/v0/app/auth/complete-signup' }
  /** Use a device link or code in an app: the device becomes known and is signed in */
  verifyDeviceInApp: { method: 'POST'; path: '/v0/app/auth/device/verify' }
  /** Mail a link and a code to sign in with in an app; the answer is the same for every address */
  askToSignInByEmailInApp: { method: 'POST'; path: '/v0/app/auth/email-sign-in' }
  /** Sign in in an app with the link or the code that was mailed */
  signInByEmailInApp: { method: 'POST'; path: '/v0/app/auth/email-sign-in/verify' }
  /** Sign in in an app */
  signInInApp: { method: 'POST'; path: '/v0/app/auth/login' }
  /** Mail the same code again, to be entered in an app */
  resendCodeInApp: { method: 'POST'; path: '/v0/app/auth/mailed-code/resend' }
  /** Sign in in an app with a token from the provider's own library */
  signInWithProviderToken: { method: 'POST'; path: '/v0/app/auth/oauth/{provider}/token' }
  /** Complete the second step of a sign-in in an app with a passkey */
  finishWithPasskeyInApp: { method: 'POST'; path: '/v0/app/auth/passkeys/second-step' }
  /** Get the options to use a passkey instead of a code, in an app */
  askForPasskeyAsSecondStepInApp: { method: 'POST'; path: '/v0/app/auth/passkeys/second-step/options' }
  /** Sign in in an app with a passkey, which identifies the account by itself */
  signInWithPasskeyInApp: { method: 'POST'; path: '/v0/app/auth/passkeys/sign-in' }
  /** Get the options with which an app asks for a passkey */
  askForPasskeyInApp: { method: 'POST'; path: '/v0/app/auth/passkeys/sign-in/options' }
  /** Complete the second step of a sign-in in an app */
  verifyTotpInApp: { method: 'POST'; path: '/v0/app/auth/totp/verify' }
  /** Use a verification link or code in an app: creates the account and signs in */
  verifyEmailInApp: { method: 'POST'; path: '/v0/app/auth/verify-email' }
  /** Accept an invitation in a browser: creates the account and signs in */
  acceptInvitation: { method: 'POST'; path: '/v0/auth/accept-invitation' }
  /** Request a new address: mails a link to it, and a notice to the old one */
  changeEmail: { method: 'POST'; path: '/v0/auth/change-email' }
  /** Change the password, and end the other sessions */
  changePassword: { method: 'POST'; path: '/v0/auth/change-password' }
  /** Forward-auth of reverse proxies: the answer's headers say who is signed in */
  checkSession: { method: 'GET'; path: '/v0/auth/check' }
  /** Choose a handle and create the account after a sign-up through a provider */
  completeSignUp: { method: 'POST'; path: '/v0/auth/complete-signup' }
  /** Use the link from the new mailbox: changes the address and ends every session */
  confirmEmailChange: { method: 'POST'; path: '/v0/auth/confirm-email-change' }
  /** Use a device link or code in a browser: the device becomes known and is signed in */
  verifyDevice: { method: 'POST'; path: '/v0/auth/device/verify' }
  /** List the devices that the account knows */
  listDevices: { method: 'GET'; path: '/v0/auth/devices' }
  /** Forget a device: its next sign-in needs a mailed link */
  forgetDevice: { method: 'DELETE'; path: '/v0/auth/devices/{id}' }
  /** Mail a link and a code to sign in with in a browser; the answer is the same for every address */
  askToSignInByEmail: { method: 'POST'; path: '/v0/auth/email-sign-in' }
  /** Sign in in a browser with the link or the code that was mailed */
  signInByEmail: { method: 'POST'; path: '/v0/auth/email-sign-in/verify' }
  /** Mail a link to set a new password; the answer is the same for every address */
  forgotPassword: { method: 'POST'; path: '/v0/auth/forgot-password' }
  /** Open the session that the link of an impersonation is for, in this browser */
  enterAccount: { method: 'POST'; path: '/v0/auth/impersonation' }
  /** Sign in in a browser */
  signIn: { method: 'POST'; path: '/v0/auth/login' }
  /** End the session, and the console session beside it */
  signOut: { method: 'POST'; path: '/v0/auth/logout' }
  /** Mail the same code again, to be entered in a browser */
  resendCode: { method: 'POST'; path: '/v0/auth/mailed-code/resend' }
  /** List the connections of the account */
  listConnections: { method: 'GET'; path: '/v0/auth/oauth/connections' }
  /** Disconnect the account from a provider, unless it is the last way to sign in */
  unlinkProvider: { method: 'POST'; path: '/v0/auth/oauth/connections/unlink' }
  /** Sign in with a credential of Google One Tap */
  signInWithOneTap: { method: 'POST'; path: '/v0/auth/oauth/google/one-tap/login' }
  /** Get a nonce for Google One Tap in this browser; it works once */
  getOneTapNonce: { method: 'GET'; path: '/v0/auth/oauth/google/one-tap/nonce' }
  /** List the providers that users can sign in through */
  listProviders: { method: 'GET'; path: '/v0/auth/oauth/providers' }
  /** Get the URL at the provider to send the browser to */
  authorizeProvider: { method: 'GET'; path: '/v0/auth/oauth/{provider}/authorize' }
  /** Take what a provider posts with response_mode=form_post, and send the browser on to the front end */
  receiveFormPost: { method: 'POST'; path: '/v0/auth/oauth/{provider}/form-post' }
  /** Connect the account with the code and state that the provider returned */
  linkProvider: { method: 'POST'; path: '/v0/auth/oauth/{provider}/link' }
  /** Sign in with the code and state that the provider returned */
  signInWithProvider: { method: 'POST'; path: '/v0/auth/oauth/{provider}/login' }
  /** Register the passkey that the browser created */
  addPasskey: { method: 'POST'; path: '/v0/auth/passkeys' }
  /** List the passkeys of the account, newest first */
  listPasskeys: { method: 'GET'; path: '/v0/auth/passkeys' }
  /** Get the options to confirm with a passkey who is signed in */
  askForPasskeyAgain: { method: 'POST'; path: '/v0/auth/passkeys/reauthentication/options' }
  /** Get the options for navigator.credentials.create() to register a passkey */
  offerPasskey: { method: 'POST'; path: '/v0/auth/passkeys/registration/options' }
  /** Complete the second step of a sign-in in a browser with a passkey */
  finishWithPasskey: { method: 'POST'; path: '/v0/auth/passkeys/second-step' }
  /** Get the options to use a passkey instead of a code */
  askForPasskeyAsSecondStep: { method: 'POST'; path: '/v0/auth/passkeys/second-step/options' }
  /** Sign in in a browser with a passkey, which identifies the account by itself */
  signInWithPasskey: { method: 'POST'; path: '/v0/auth/passkeys/sign-in' }
  /** Get the options for navigator.credentials.get() in this browser */
  askForPasskey: { method: 'POST'; path: '/v0/auth/passkeys/sign-in/options' }
  /** Rename a passkey */
  renamePasskey: { method: 'PATCH'; path: '/v0/auth/passkeys/{id}' }
  /** Delete a passkey, and end the other sessions that it opened */
  deletePasskey: { method: 'DELETE'; path: '/v0/auth/passkeys/{id}' }
  /** Get the rules that a new password must follow */
  getPasswordRules: { method: 'GET'; path: '/v0/auth/password-rules' }
  /** Confirm who is signed in: the session, and the console session beside it, are then fresh for five minutes */
  reauthenticate: { method: 'POST'; path: '/v0/auth/reauthenticate' }
  /** Mail a fresh verification link; the answer is the same for every address */
  resendVerificationEmail: { method: 'POST'; path: '/v0/auth/resend-verification-email' }
  /** Set a new password by a mailed link; ends every session and forgets every device */
  resetPassword: { method: 'POST'; path: '/v0/auth/reset-password' }
  /** Get who is signed in, or null */
  getSession: { method: 'GET'; path: '/v0/auth/session' }
  /** List the live sessions of the account */
  listSessions: { method: 'GET'; path: '/v0/auth/sessions' }
  /** End every other session of the account */
  endOtherSessions: { method: 'POST'; path: '/v0/auth/sessions/revoke-others' }
  /** End one of the account’s sessions */
  endSession: { method: 'DELETE'; path: '/v0/auth/sessions/{management_id}' }
  /** Set the first password of an account without one, and end the other sessions */
  setInitialPassword: { method: 'POST'; path: '/v0/auth/set-initial-password' }
  /** Sign up; no account exists until the mailed link is used */
  signUp: { method: 'POST'; path: '/v0/auth/signup' }
  /** Get an access token of the session, and a refresh token */
  createToken: { method: 'POST'; path: '/v0/auth/token' }
  /** Exchange a refresh token for its successor and a new access token */
  refreshToken: { method: 'POST'; path: '/v0/auth/token/refresh' }
  /** End a refresh token and its whole family */
  revokeToken: { method: 'POST'; path: '/v0/auth/token/revoke' }
  /** Create ten new backup codes; the old ones stop working */
  regenerateBackupCodes: { method: 'POST'; path: '/v0/auth/totp/backup-codes/regenerate' }
  /** Switch TOTP off, with a code or a backup code */
  disableTotp: { method: 'POST'; path: '/v0/auth/totp/disable' }
  /** Confirm the secret by its first code; shows the backup codes, only once */
  enableTotp: { method: 'POST'; path: '/v0/auth/totp/enable' }
  /** Create a secret for an authenticator app, to be confirmed */
  setUpTotp: { method: 'POST'; path: '/v0/auth/totp/setup' }
  /** Get whether TOTP is on */
  getTotpStatus: { method: 'GET'; path: '/v0/auth/totp/status' }
  /** Complete the second step of a sign-in in a browser */
  verifyTotp: { method: 'POST'; path: '/v0/auth/totp/verify' }
  /** Use the link from the old mailbox: restores the old address and ends every session */
  undoEmailChange: { method: 'POST'; path: '/v0/auth/undo-email-change' }
  /** Use a verification link or code in a browser: creates the account and signs in */
  verifyEmail: { method: 'POST'; path: '/v0/auth/verify-email' }
  /** Get what callers rely on: each operation with what it needs, gives and refuses with */
  getContract: { method: 'GET'; path: '/v0/contract' }
  /** Get the catalogue of errors */
  listErrors: { method: 'GET'; path: '/v0/errors' }
  /** Stream the account’s events as they happen (server-sent events); resumes by Last-Event-ID */
  streamEvents: { method: 'GET'; path: '/v0/events' }
  /** Get a picture */
  getFile: { method: 'GET'; path: '/v0/files/{name}' }
  /** List the languages of the mails and the messages */
  listLocales: { method: 'GET'; path: '/v0/locales' }
  /** Get a sentence for each error and each rule, as ICU messages in one language */
  getMessages: { method: 'GET'; path: '/v0/messages/{locale}' }
  /** List what moderators and administrators did, newest first */
  listModerationLogs: { method: 'GET'; path: '/v0/moderation/logs' }
  /** Find users by handle and name, best matches first */
  searchUsers: { method: 'GET'; path: '/v0/search/users' }
  /** Get the signed-in account */
  getMe: { method: 'GET'; path: '/v0/user/me' }
  /** Change handle, display name, bio, language or time zone */
  changeMe: { method: 'PATCH'; path: '/v0/user/me' }
  /** Erase the account by a password, a code or a passkey; mails a link if the account has none of these */
  deleteMe: { method: 'DELETE'; path: '/v0/user/me' }
  /** Upload a banner: multipart/form-data with a part "file", up to 8 MiB */
  uploadBannerImage: { method: 'POST'; path: '/v0/user/me/banner-image' }
  /** Remove the banner */
  removeBannerImage: { method: 'DELETE'; path: '/v0/user/me/banner-image' }
  /** Erase the account by the mailed link */
  confirmDeletion: { method: 'POST'; path: '/v0/user/me/deletion/confirm' }
  /** Export all data of the account */
  exportMe: { method: 'GET'; path: '/v0/user/me/export' }
  /** Upload a profile picture: multipart/form-data with a part "file", up to 4 MiB */
  uploadProfileImage: { method: 'POST'; path: '/v0/user/me/profile-image' }
  /** Remove the profile picture */
  removeProfileImage: { method: 'DELETE'; path: '/v0/user/me/profile-image' }
  /** Import the picture from a linked provider */
  importProfileImage: { method: 'POST'; path: '/v0/user/me/profile-image/import' }
  /** List what happened to the account, newest first */
  listSecurityEvents: { method: 'GET'; path: '/v0/user/me/security-events' }
  /** Ban an account, until a given time or permanently */
  banUser: { method: 'POST'; path: '/v0/users/ban' }
  /** Get whether a handle is free */
  checkHandle: { method: 'GET'; path: '/v0/users/handle/{handle}/available' }
  /** Get the public profile of an account by its handle */
  getProfile: { method: 'GET'; path: '/v0/users/profile' }
  /** Get the public profile of an account by its id */
  getProfileById: { method: 'GET'; path: '/v0/users/profile/id' }
  /** Give an account a role, until a given time or permanently */
  grantRole: { method: 'POST'; path: '/v0/users/roles/grant' }
  /** Take a role from an account */
  revokeRole: { method: 'POST'; path: '/v0/users/roles/revoke' }
  /** End the ban of an account */
  unbanUser: { method: 'POST'; path: '/v0/users/unban' }
}

/** The same at run time. */
export const operations: Readonly<Record<keyof Operations, string>> = {
  getKeys: 'GET /.well-known/jwks.json',
  listRelatedOrigins: 'GET /.well-known/webauthn',
  checkHealth: 'GET /health-check',
  getLiveness: 'GET /health/live',
  getReadiness: 'GET /health/ready',
  readAudit: 'GET /v0/admin/audit',
  diagnose: 'GET /v0/admin/diagnosis',
  examine: 'GET /v0/admin/doctor',
  listImpersonations: 'GET /v0/admin/impersonations',
  endImpersonation: 'DELETE /v0/admin/impersonations/{id}',
  invite: 'POST /v0/admin/invitations',
  listInvitations: 'GET /v0/admin/invitations',
  getInvitation: 'GET /v0/admin/invitations/{id}',
  revokeInvitation: 'DELETE /v0/admin/invitations/{id}',
  resendInvitation: 'POST /v0/admin/invitations/{id}/resend',
  listMails: 'GET /v0/admin/mails',
  retryMail: 'POST /v0/admin/mails/{id}/retry',
  getAdministrator: 'GET /v0/admin/me',
  listRegisteredProviders: 'GET /v0/admin/oauth/providers',
  registerProvider: 'POST /v0/admin/oauth/providers',
  changeProvider: 'PATCH /v0/admin/oauth/providers/{slug}',
  removeProvider: 'DELETE /v0/admin/oauth/providers/{slug}',
  readOverview: 'GET /v0/admin/overview',
  listRefusals: 'GET /v0/admin/refusals',
  openConsole: 'POST /v0/admin/session',
  closeConsole: 'DELETE /v0/admin/session',
  listSettings: 'GET /v0/admin/settings',
  listAccounts: 'GET /v0/admin/users',
  changeAccount: 'PATCH /v0/admin/users/{id}',
  deleteAccount: 'DELETE /v0/admin/users/{id}',
  showAccount: 'GET /v0/admin/users/{id}',
  changeEmailOfAccount: 'POST /v0/admin/users/{id}/change-email',
  listConnectionsOfAccount: 'GET /v0/admin/users/{id}/connections',
  unlinkProviderOfAccount: 'DELETE /v0/admin/users/{id}/connections/{provider}',
  forgetDevicesOfAccount: 'DELETE /v0/admin/users/{id}/devices',
  listDevicesOfAccount: 'GET /v0/admin/users/{id}/devices',
  forgetDeviceOfAccount: 'DELETE /v0/admin/users/{id}/devices/{device_id}',
  exportAccount: 'GET /v0/admin/users/{id}/export',
  startImpersonation: 'POST /v0/admin/users/{id}/impersonation',
  listPasskeysOfAccount: 'GET /v0/admin/users/{id}/passkeys',
  deletePasskeyOfAccount: 'DELETE /v0/admin/users/{id}/passkeys/{passkey_id}',
  mailPasswordReset: 'POST /v0/admin/users/{id}/password-reset',
  resetSecondFactor: 'POST /v0/admin/users/{id}/second-factor/reset',
  listSecurityEventsOfAccount: 'GET /v0/admin/users/{id}/security-events',
  endSessionsOfAccount: 'DELETE /v0/admin/users/{id}/sessions',
  listSessionsOfAccount: 'GET /v0/admin/users/{id}/sessions',
  endSessionOfAccount: 'DELETE /v0/admin/users/{id}/sessions/{management_id}',
  acceptInvitationInApp: 'POST /v0/app/auth/accept-invitation',
  completeSignUpInApp: 'POST /v0/app/auth/complete-signup',
  verifyDeviceInApp: 'POST /v0/app/auth/device/verify',
  askToSignInByEmailInApp: 'POST /v0/app/auth/email-sign-in',
  signInByEmailInApp: 'POST /v0/app/auth/email-sign-in/verify',
  signInInApp: 'POST /v0/app/auth/login',
  resendCodeInApp: 'POST /v0/app/auth/mailed-code/resend',
  signInWithProviderToken: 'POST /v0/app/auth/oauth/{provider}/token',
  finishWithPasskeyInApp: 'POST /v0/app/auth/passkeys/second-step',
  askForPasskeyAsSecondStepInApp: 'POST /v0/app/auth/passkeys/second-step/options',
  signInWithPasskeyInApp: 'POST /v0/app/auth/passkeys/sign-in',
  askForPasskeyInApp: 'POST /v0/app/auth/passkeys/sign-in/options',
  verifyTotpInApp: 'POST /v0/app/auth/totp/verify',
  verifyEmailInApp: 'POST /v0/app/auth/verify-email',
  acceptInvitation: 'POST /v0/auth/accept-invitation',
  changeEmail: 'POST /v0/auth/change-email',
  changePassword: 'POST /v0/auth/change-password',
  checkSession: 'GET /v0/auth/check',
  completeSignUp: 'POST /v0/auth/complete-signup',
  confirmEmailChange: 'POST /v0/auth/confirm-email-change',
  verifyDevice: 'POST /v0/auth/device/verify',
  listDevices: 'GET /v0/auth/devices',
  forgetDevice: 'DELETE /v0/auth/devices/{id}',
  askToSignInByEmail: 'POST /v0/auth/email-sign-in',
  signInByEmail: 'POST /v0/auth/email-sign-in/verify',
  forgotPassword: 'POST /v0/auth/forgot-password',
  enterAccount: 'POST /v0/auth/impersonation',
  signIn: 'POST /v0/auth/login',
  signOut: 'POST /v0/auth/logout',
  resendCode: 'POST /v0/auth/mailed-code/resend',
  listConnections: 'GET /v0/auth/oauth/connections',
  unlinkProvider: 'POST /v0/auth/oauth/connections/unlink',
  signInWithOneTap: 'POST /v0/auth/oauth/google/one-tap/login',
  getOneTapNonce: 'GET /v0/auth/oauth/google/one-tap/nonce',
  listProviders: 'GET /v0/auth/oauth/providers',
  authorizeProvider: 'GET /v0/auth/oauth/{provider}/authorize',
  receiveFormPost: 'POST /v0/auth/oauth/{provider}/form-post',
  linkProvider: 'POST /v0/auth/oauth/{provider}/link',
  signInWithProvider: 'POST /v0/auth/oauth/{provider}/login',
  addPasskey: 'POST /v0/auth/passkeys',
  listPasskeys: 'GET /v0/auth/passkeys',
  askForPasskeyAgain: 'POST /v0/auth/passkeys/reauthentication/options',
  offerPasskey: 'POST /v0/auth/passkeys/registration/options',
  finishWithPasskey: 'POST /v0/auth/passkeys/second-step',
  askForPasskeyAsSecondStep: 'POST /v0/auth/passkeys/second-step/options',
  signInWithPasskey: 'POST /v0/auth/passkeys/sign-in',
  askForPasskey: 'POST /v0/auth/passkeys/sign-in/options',
  renamePasskey: 'PATCH /v0/auth/passkeys/{id}',
  deletePasskey: 'DELETE /v0/auth/passkeys/{id}',
  getPasswordRules: 'GET /v0/auth/password-rules',
  reauthenticate: 'POST /v0/auth/reauthenticate',
  resendVerificationEmail: 'POST /v0/auth/resend-verification-email',
  resetPassword: 'POST /v0/auth/reset-password',
  getSession: 'GET /v0/auth/session',
  listSessions: 'GET /v0/auth/sessions',
  endOtherSessions: 'POST /v0/auth/sessions/revoke-others',
  endSession: 'DELETE /v0/auth/sessions/{management_id}',
  setInitialPassword: 'POST /v0/auth/set-initial-password',
  signUp: 'POST /v0/auth/signup',
  createToken: 'POST /v0/auth/token',
  refreshToken: 'POST /v0/auth/token/refresh',
  revokeToken: 'POST /v0/auth/token/revoke',
  regenerateBackupCodes: 'POST /v0/auth/totp/backup-codes/regenerate',
  disableTotp: 'POST /v0/auth/totp/disable',
  enableTotp: 'POST /v0/auth/totp/enable',
  setUpTotp: 'POST /v0/auth/totp/setup',
  getTotpStatus: 'GET /v0/auth/totp/status',
  verifyTotp: 'POST /v0/auth/totp/verify',
  undoEmailChange: 'POST /v0/auth/undo-email-change',
  verifyEmail: 'POST /v0/auth/verify-email',
  getContract: 'GET /v0/contract',
  listErrors: 'GET /v0/errors',
  streamEvents: 'GET /v0/events',
  getFile: 'GET /v0/files/{name}',
  listLocales: 'GET /v0/locales',
  getMessages: 'GET /v0/messages/{locale}',
  listModerationLogs: 'GET /v0/moderation/logs',
  searchUsers: 'GET /v0/search/users',
  getMe: 'GET /v0/user/me',
  changeMe: 'PATCH /v0/user/me',
  deleteMe: 'DELETE /v0/user/me',
  uploadBannerImage: 'POST /v0/user/me/banner-image',
  removeBannerImage: 'DELETE /v0/user/me/banner-image',
  confirmDeletion: 'POST /v0/user/me/deletion/confirm',
  exportMe: 'GET /v0/user/me/export',
  uploadProfileImage: 'POST /v0/user/me/profile-image',
  removeProfileImage: 'DELETE /v0/user/me/profile-image',
  importProfileImage: 'POST /v0/user/me/profile-image/import',
  listSecurityEvents: 'GET /v0/user/me/security-events',
  banUser: 'POST /v0/users/ban',
  checkHandle: 'GET /v0/users/handle/{handle}/available',
  getProfile: 'GET /v0/users/profile',
  getProfileById: 'GET /v0/users/profile/id',
  grantRole: 'POST /v0/users/roles/grant',
  revokeRole: 'POST /v0/users/roles/revoke',
  unbanUser: 'POST /v0/users/unban',
}

/** Every code that the server of this version knows, the most declared first. */
export const codes: readonly string[] =
  'system:internal_error general:invalid_ip_address rate_limit:exceeded system:database_error system:transaction_error FORBIDDEN general:bad_request user:banned session:expired session:invalid_user_id session:not_found user:invalid_session user:unauthorized FILE_TOO_LARGE general:validation_error user:invalid_token system:not_found user:permission_insufficient user:impersonated user:reauthentication_required user:not_found user:cannot_manage_self eventstream:publish_failed user:cannot_manage_higher_or_equal_role worker:connection_failed worker:response_invalid worker:verification_email_send_failed user:sign_up_closed email:domain_not_allowed user:email_already_exists oauth:provider_not_found turnstile:service_error turnstile:token_missing turnstile:verification_failed email:code_token_expired email:invalid_code_token oauth:invalid_auth_url passkey:challenge_expired passkey:invalid_challenge passkey:invalid_assertion passkey:unknown_credential totp:invalid_code user:handle_already_exists user:second_factor_required email:invalid_code password:check_unavailable system:hashing_error token:email_mismatch totp:temp_token_expired totp:temp_token_invalid oauth:email_already_exists password:new_password_missing totp:backup_code_exhausted totp:not_enabled user:token_expired oauth:user_info_fetch_failed passkey:not_registered email:already_verified file:not_found file:upload_error oauth:email_not_verified oauth:user_info_parse_failed system:token_creation_error auth:invalid_credentials file:unsupported_type oauth:cannot_unlink_last_connection oauth:connection_not_found oauth:handle_required oauth:invalid_id_token oauth:invalid_state oauth:invalid_token_url oauth:state_expired oauth:token_exchange_failed passkey:last_login_method passkey:limit_reached password:incorrect token:expired_invitation token:expired_sign_in token:expired_verification token:invalid_device_verify token:invalid_email_change token:invalid_invitation token:invalid_sign_in token:invalid_verification totp:already_enabled user:invalid_password user:no_refresh_token user:not_verified user:password_not_set worker:password_reset_email_send_failed file:read_error meilisearch:query_failed oauth:account_already_linked oauth:invalid_image_url oauth:invalid_redirect_url passkey:already_registered passkey:invalid_registration password:already_set password:cannot_update_oauth_only password:required_for_update token:expired_reset token:invalid_account_deletion token:invalid_impersonation token:invalid_reset totp:qr_generation_failed totp:secret_generation_failed user:already_banned user:already_has_role user:does_not_have_role user:impersonation_disabled user:not_banned'.split(' ')

/** The codes that every route may refuse with: bit n is the n-th of `codes`. Written out they would be most of the client's size. */
export const declared: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  '/.well-known/jwks.json': { GET: 0x3n },
  '/.well-known/webauthn': { GET: 0x10003n },
  '/health-check': { GET: 0x1n },
  '/health/live': { GET: 0x1n },
  '/health/ready': { GET: 0x1n },
  '/v0/admin/audit': { GET: 0x35fcfn },
  '/v0/admin/diagnosis': { GET: 0x135fcfn },
  '/v0/admin/doctor': { GET: 0x31f8fn },
  '/v0/admin/impersonations': { GET: 0x35fcfn },
  '/v0/admin/impersonations/{id}': { DELETE: 0xb7fffn },
  '/v0/admin/invitations': { POST: 0x8002f0fffffn, GET: 0x7dfcfn },
  '/v0/admin/invitations/{id}': { GET: 0x79f8fn, DELETE: 0xfffffn },
  '/v0/admin/invitations/{id}/resend': { POST: 0x8002f0fffffn },
  '/v0/admin/mails': { GET: 0x35fcfn },
  '/v0/admin/mails/{id}/retry': { POST: 0xb7fffn },
  '/v0/admin/me': { GET: 0x31f8fn },
  '/v0/admin/oauth/providers': { GET: 0xf9f8fn, POST: 0x4000000810000fffffn },
  '/v0/admin/oauth/providers/{slug}': { PATCH: 0x4000000810400fffffn, DELETE: 0x800400f9fbfn },
  '/v0/admin/overview': { GET: 0x35fcfn },
  '/v0/admin/refusals': { GET: 0x35fcfn },
  '/v0/admin/session': { POST: 0x800000f9fbfn, DELETE: 0x11f3fn },
  '/v0/admin/settings': { GET: 0x31f8fn },
  '/v0/admin/users': { GET: 0x35fcfn },
  '/v0/admin/users/{id}': { PATCH: 0x40000fb7fffn, DELETE: 0xfb7fffn, GET: 0x131f8fn },
  '/v0/admin/users/{id}/change-email': { POST: 0x27fb7fffn },
  '/v0/admin/users/{id}/connections': { GET: 0x131f8fn },
  '/v0/admin/users/{id}/connections/{provider}': { DELETE: 0x20000000000fb7fffn },
  '/v0/admin/users/{id}/devices': { DELETE: 0xfb7fffn, GET: 0x131f8fn },
  '/v0/admin/users/{id}/devices/{device_id}': { DELETE: 0xfb7fffn },
  '/v0/admin/users/{id}/export': { GET: 0xfb1f9fn },
  '/v0/admin/users/{id}/impersonation': { POST: 0x2000000000000000000000fb7fffn },
  '/v0/admin/users/{id}/passkeys': { GET: 0x131f8fn },
  '/v0/admin/users/{id}/passkeys/{passkey_id}': { DELETE: 0x2000000000000fb7fffn },
  '/v0/admin/users/{id}/password-reset': { POST: 0x20000000000000003fb7fffn },
  '/v0/admin/users/{id}/second-factor/reset': { POST: 0x20000000fb7fffn },
  '/v0/admin/users/{id}/security-events': { GET: 0x135fcfn },
  '/v0/admin/users/{id}/sessions': { DELETE: 0xfb7fffn, GET: 0x131f8fn },
  '/v0/admin/users/{id}/sessions/{management_id}': { DELETE: 0xfb7fffn },
  '/v0/app/auth/accept-invitation': { POST: 0x21000000824002800607fn },
  '/v0/app/auth/complete-signup': { POST: 0x8004404001f00e07fn },
  '/v0/app/auth/device/verify': { POST: 0x80000000100c0000207fn },
  '/v0/app/auth/email-sign-in': { POST: 0x38700607fn },
  '/v0/app/auth/email-sign-in/verify': { POST: 0x420000000900c180060ffn },
  '/v0/app/auth/login': { POST: 0x80000080004003870060ffn },
  '/v0/app/auth/mailed-code/resend': { POST: 0xf8700207fn },
  '/v0/app/auth/oauth/{provider}/token': { POST: 0x1030840010580020ffn },
  '/v0/app/auth/passkeys/second-step': { POST: 0x301e00000207fn },
  '/v0/app/auth/passkeys/second-step/options': { POST: 0x10300000000207fn },
  '/v0/app/auth/passkeys/sign-in': { POST: 0x1e0000020ffn },
  '/v0/app/auth/passkeys/sign-in/options': { POST: 0x27n },
  '/v0/app/auth/totp/verify': { POST: 0x1302000000207fn },
  '/v0/app/auth/verify-email': { POST: 0x840000200900c3800607fn },
  '/v0/auth/accept-invitation': { POST: 0x21000000824002800607fn },
  '/v0/auth/change-email': { POST: 0x1000800000041e02704ffffn },
  '/v0/auth/change-password': { POST: 0xc00200000000860000004ffffn },
  '/v0/auth/check': { GET: 0x4040000000009fcbn },
  '/v0/auth/complete-signup': { POST: 0x8004404001f00e07fn },
  '/v0/auth/confirm-email-change': { POST: 0x10000000080002000607fn },
  '/v0/auth/device/verify': { POST: 0x80000000100c0000207fn },
  '/v0/auth/devices': { GET: 0x9f8fn },
  '/v0/auth/devices/{id}': { DELETE: 0x59fbfn },
  '/v0/auth/email-sign-in': { POST: 0x38700607fn },
  '/v0/auth/email-sign-in/verify': { POST: 0x420000000900c180060ffn },
  '/v0/auth/forgot-password': { POST: 0x2000000000000038300607fn },
  '/v0/auth/impersonation': { POST: 0x4000000000000000000000207fn },
  '/v0/auth/login': { POST: 0x80000080004003870060ffn },
  '/v0/auth/logout': { POST: 0x9f3fn },
  '/v0/auth/mailed-code/resend': { POST: 0xf8700207fn },
  '/v0/auth/oauth/connections': { GET: 0x9f8fn },
  '/v0/auth/oauth/connections/unlink': { POST: 0x600000000000cbfffn },
  '/v0/auth/oauth/google/one-tap/login': { POST: 0x1010840010580020ffn },
  '/v0/auth/oauth/google/one-tap/nonce': { GET: 0x104000000fn },
  '/v0/auth/oauth/providers': { GET: 0xfn },
  '/v0/auth/oauth/{provider}/authorize': { GET: 0x4000000000000010400cdfcfn },
  '/v0/auth/oauth/{provider}/form-post': { POST: 0x4000204fn },
  '/v0/auth/oauth/{provider}/link': { POST: 0x100001a0208000104004bfffn },
  '/v0/auth/oauth/{provider}/login': { POST: 0x1a030840010580020ffn },
  '/v0/auth/passkeys': { POST: 0x18000040000000060000cffffn, GET: 0x9f8fn },
  '/v0/auth/passkeys/reauthentication/options': { POST: 0x100000000049f3fn },
  '/v0/auth/passkeys/registration/options': { POST: 0x40000000000000cffffn },
  '/v0/auth/passkeys/second-step': { POST: 0x301e00000207fn },
  '/v0/auth/passkeys/second-step/options': { POST: 0x10300000000207fn },
  '/v0/auth/passkeys/sign-in': { POST: 0x1e0000020ffn },
  '/v0/auth/passkeys/sign-in/options': { POST: 0x27n },
  '/v0/auth/passkeys/{id}': { PATCH: 0x5ffffn, DELETE: 0x20000000000000d9fbfn },
  '/v0/auth/password-rules': { GET: 0x7n },
  '/v0/auth/reauthenticate': { POST: 0x1000800013043e00004ff7fn },
  '/v0/auth/resend-verification-email': { POST: 0x20000038700607fn },
  '/v0/auth/reset-password': { POST: 0x90000000000008a0000000607fn },
  '/v0/auth/session': { GET: 0xbn },
  '/v0/auth/sessions': { GET: 0x9f8fn },
  '/v0/auth/sessions/revoke-others': { POST: 0xc9fbfn },
  '/v0/auth/sessions/{management_id}': { DELETE: 0x59fbfn },
  '/v0/auth/set-initial-password': { POST: 0x20000000000082000000cffffn },
  '/v0/auth/signup': { POST: 0x24039f00607fn },
  '/v0/auth/token': { POST: 0x4000000000049fbfn },
  '/v0/auth/token/refresh': { POST: 0x400000404000000000a0ffn },
  '/v0/auth/token/revoke': { POST: 0x400000000000000000207fn },
  '/v0/auth/totp/backup-codes/regenerate': { POST: 0x2002000004bfffn },
  '/v0/auth/totp/disable': { POST: 0x3002000004bfffn },
  '/v0/auth/totp/enable': { POST: 0x10000000200200000cbfffn },
  '/v0/auth/totp/setup': { POST: 0x3000010000000000000000c9fbfn },
  '/v0/auth/totp/status': { GET: 0x9f8fn },
  '/v0/auth/totp/verify': { POST: 0x1302000000207fn },
  '/v0/auth/undo-email-change': { POST: 0x10000000000002000207fn },
  '/v0/auth/verify-email': { POST: 0x840000200900c3800607fn },
  '/v0/contract': { GET: 0x7n },
  '/v0/errors': { GET: 0x7n },
  '/v0/events': { GET: 0x9f8fn },
  '/v0/files/{name}': { GET: 0x4000000040000000000000bn },
  '/v0/locales': { GET: 0x7n },
  '/v0/messages/{locale}': { GET: 0x10007n },
  '/v0/moderation/logs': { GET: 0x6dfcfn },
  '/v0/search/users': { GET: 0x8000000000000000000405fn },
  '/v0/user/me': { GET: 0x40000000009f0bn, PATCH: 0x4000004ffffn, DELETE: 0x200000001043e0072cff7fn },
  '/v0/user/me/banner-image': { POST: 0x1080000000004bfbfn, DELETE: 0x400000000049fbfn },
  '/v0/user/me/deletion/confirm': { POST: 0x2000000000000000000020207fn },
  '/v0/user/me/export': { GET: 0xc9f1fn },
  '/v0/user/me/profile-image': { POST: 0x1080000000004bfbfn, DELETE: 0x400000000049fbfn },
  '/v0/user/me/profile-image/import': { POST: 0x20000004080000000004bfffn },
  '/v0/user/me/security-events': { GET: 0xdfcfn },
  '/v0/users/ban': { POST: 0x400000000000000000000feffffn },
  '/v0/users/handle/{handle}/available': { GET: 0x400fn },
  '/v0/users/profile': { GET: 0x10004fn },
  '/v0/users/profile/id': { GET: 0x10004fn },
  '/v0/users/roles/grant': { POST: 0x800000000000000080000feffffn },
  '/v0/users/roles/revoke': { POST: 0x1000000000000000000000feffffn },
  '/v0/users/unban': { POST: 0x4000000000000000000000feffffn },
}

/** Stands for what this client knows of every route: its codes and their statuses. Servers count by it. */
export const contract = '5ec4ccfb48e915be'

/** Those that no other request would mend: outages, waits, a server, provider or proxy that is set up wrongly. */
export type OurSideCode = 'eventstream:publish_failed' | 'file:read_error' | 'general:invalid_ip_address' | 'meilisearch:query_failed' | 'oauth:token_exchange_failed' | 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed' | 'password:check_unavailable' | 'rate_limit:exceeded' | 'system:database_error' | 'system:hashing_error' | 'system:internal_error' | 'system:token_creation_error' | 'system:transaction_error' | 'totp:qr_generation_failed' | 'totp:secret_generation_failed' | 'turnstile:service_error' | 'worker:connection_failed' | 'worker:password_reset_email_send_failed' | 'worker:response_invalid' | 'worker:verification_email_send_failed'

/** The same as bits. */
export const ourSide = 0x3000e000100608060008740001fn
