import { createHash, randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import type { Keyring } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { codeTokenOf, digitsOf, linkOf } from '../../src/mailed-tokens/pair.ts'
import { SoftPasskey } from './soft-authenticator.ts'

/** Rows in bulk, where making them one by one over HTTP would take hours: what a flow leaves behind, never what it is to prove. */

export type MadeUser = { readonly id: string; readonly email: string; readonly handle: string }

let count = 0

export async function makeUsers(pool: pg.Pool, amount: number): Promise<MadeUser[]> {
  const made = Array.from({ length: amount }, () => {
    const number = (++count).toString(36)
    return { id: randomUUIDv7(), email: `bulk-${number}@example.com`, handle: `b_${number}` }
  })
  const columns = [made.map(({ id }) => id), made.map(({ email }) => email), made.map(({ handle }) => handle)]
  await pool.query(
    `insert into users (id, email, email_key, handle, display_name, password_hash)
     select id, email, email, handle, 'Bulk', 'none' from unnest($1::uuid[], $2::text[], $3::text[]) as u (id, email, handle)`,
    columns,
  )
  await pool.query(
    'insert into handles (key, user_id) select key, id from unnest($1::uuid[], $2::text[]) as h (id, key)',
    [columns[0], columns[2]],
  )
  return made
}

type MailedToken = {
  readonly purpose: string
  readonly userId?: string
  readonly signUpId?: string
  readonly addressKey: string
  readonly address?: string
}

/** Gives the tokens' texts in the order asked. */
export async function makeMailedTokens(pool: pg.Pool, wanted: readonly MailedToken[]): Promise<string[]> {
  const tokens = wanted.map(() => makeToken('mailed'))
  await pool.query(
    `insert into mailed_tokens (id, purpose, user_id, sign_up_id, address_key, address, digest, expires_at)
     select id, purpose, user_id, sign_up_id, address_key, address, digest, now() + interval '1 hour'
     from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bytea[])
       as t (id, purpose, user_id, sign_up_id, address_key, address, digest)`,
    [
      wanted.map(() => randomUUIDv7()),
      wanted.map(({ purpose }) => purpose),
      wanted.map(({ userId }) => userId ?? null),
      wanted.map(({ signUpId }) => signUpId ?? null),
      wanted.map(({ addressKey }) => addressKey),
      wanted.map(({ address }) => address ?? null),
      tokens.map(({ digest }) => digest),
    ],
  )
  return tokens.map(({ text }) => text)
}

export type MadePair = {
  readonly link: string
  /** The body of whoever types the digits. */
  readonly typed: { readonly code_token: string; readonly code: string }
}

/** Sign-ins by mail that began in an app an hour ago and wait for their link or their digits. */
export async function makePairs(pool: pg.Pool, keyring: Keyring, users: readonly MadeUser[]): Promise<MadePair[]> {
  const made = users.map(({ id: userId, email: addressKey }) => {
    const pair = { id: randomUUIDv7(), keyId: keyring.getSealingKey().id, addressKey }
    return { pair, userId, link: linkOf(keyring, pair), codeToken: codeTokenOf(keyring, pair) }
  })
  await pool.query(
    `insert into mailed_tokens
       (id, purpose, user_id, address_key, address, digest, code_token_digest, code_key_id, mailed_at, expires_at)
     select id, 'sign_in', user_id, address_key, address_key, digest, code_digest, key_id,
       now() - interval '1 hour', now() + interval '1 hour'
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::int[])
       as t (id, user_id, address_key, digest, code_digest, key_id)`,
    [
      made.map(({ pair }) => pair.id),
      made.map(({ userId }) => userId),
      made.map(({ pair }) => pair.addressKey),
      made.map(({ link }) => link.digest),
      made.map(({ codeToken }) => codeToken.digest),
      made.map(({ pair }) => pair.keyId),
    ],
  )
  const deps = { config: { testIdentities: [] }, keyring }
  return made.map(({ pair, link, codeToken }) => ({
    link: link.text,
    typed: { code_token: codeToken.text, code: digitsOf(deps, pair) },
  }))
}

/** Sign-ups that wait for their links; gives the links' tokens. */
export async function makeSignUps(pool: pg.Pool, amount: number): Promise<string[]> {
  const made = Array.from({ length: amount }, () => {
    const number = (++count).toString(36)
    return { signUpId: randomUUIDv7(), addressKey: `bulk-${number}@example.com`, handle: `s_${number}` }
  })
  await pool.query(
    `insert into sign_ups (id, email, email_key, handle, display_name, password_hash, registered, expires_at)
     select id, email, email, handle, 'Bulk', 'none', false, now() + interval '1 hour'
     from unnest($1::uuid[], $2::text[], $3::text[]) as s (id, email, handle)`,
    [made.map(({ signUpId }) => signUpId), made.map(({ addressKey }) => addressKey), made.map(({ handle }) => handle)],
  )
  await pool.query(
    "insert into handles (key, sign_up_id, expires_at) select key, id, now() + interval '1 hour' from unnest($1::uuid[], $2::text[]) as h (id, key)",
    [made.map(({ signUpId }) => signUpId), made.map(({ handle }) => handle)],
  )
  return makeMailedTokens(
    pool,
    made.map(({ signUpId, addressKey }) => ({ purpose: 'verify_email', signUpId, addressKey })),
  )
}

/** Live sessions, opened just now; gives their ids and tokens. */
export async function makeSessions(
  pool: pg.Pool,
  users: readonly MadeUser[],
): Promise<{ readonly id: string; readonly token: string }[]> {
  const made = users.map(({ id: userId }) => ({ userId, id: randomUUIDv7(), token: makeToken('session') }))
  await pool.query(
    `insert into sessions (id, user_id, token_digest, remember_me, expires_at, max_expires_at)
     select id, user_id, digest, false, now() + interval '1 hour', now() + interval '1 hour'
     from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s (id, user_id, digest)`,
    [made.map(({ id }) => id), made.map(({ userId }) => userId), made.map(({ token }) => token.digest)],
  )
  return made.map(({ id, token }) => ({ id, token: token.text }))
}

/** Live sessions with one refresh token each. */
export async function makeRefreshTokens(pool: pg.Pool, users: readonly MadeUser[]): Promise<string[]> {
  const sessions = await makeSessions(pool, users)
  const made = users.map(() => ({ familyId: randomUUIDv7(), token: makeToken('refresh') }))
  const familyIds = made.map(({ familyId }) => familyId)
  await pool.query(
    `insert into refresh_families (id, session_id, user_id, expires_at)
     select id, session_id, user_id, now() + interval '1 hour'
     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as f (id, session_id, user_id)`,
    [familyIds, sessions.map(({ id }) => id), users.map(({ id }) => id)],
  )
  await pool.query(
    `insert into refresh_tokens (id, family_id, digest, expires_at)
     select id, family_id, digest, now() + interval '1 hour' from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as t (id, family_id, digest)`,
    [made.map(() => randomUUIDv7()), familyIds, made.map(({ token }) => token.digest)],
  )
  return made.map(({ token }) => token.text)
}

type WithSecret = { readonly user: MadeUser; readonly sealedSecret: Buffer }

/** Secrets that wait for their first code. */
export async function makeTotpSecrets(pool: pg.Pool, made: readonly WithSecret[]): Promise<void> {
  await pool.query(
    'insert into totp_secrets (id, user_id, sealed_secret) select id, user_id, box from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s (id, user_id, box)',
    [made.map(() => randomUUIDv7()), made.map(({ user }) => user.id), made.map(({ sealedSecret }) => sealedSecret)],
  )
}

/** Accounts with TOTP under the sealed secrets given, and `each` logins of every one that wait for a code; gives their temp_tokens in turn. */
export async function makePendingLogins(pool: pg.Pool, waiting: readonly WithSecret[], each = 1): Promise<string[]> {
  const userIds = waiting.map(({ user }) => user.id)
  await makeTotpSecrets(pool, waiting)
  await pool.query('update users set totp_enabled_at = now() where id = any($1)', [userIds])
  const owners = userIds.flatMap((id) => Array.from({ length: each }, () => id))
  const tokens = owners.map(() => makeToken('temporaryLogin'))
  await pool.query(
    `insert into pending_logins (id, user_id, digest, remember_me, expires_at)
     select id, user_id, digest, false, now() + interval '1 hour' from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as p (id, user_id, digest)`,
    [owners.map(() => randomUUIDv7()), owners, tokens.map(({ digest }) => digest)],
  )
  return tokens.map(({ text }) => text)
}

/** Sign-ups through a provider that wait for their handle, on the app's form; gives their tokens. */
export async function makeOauthSignUps(pool: pg.Pool, amount: number): Promise<string[]> {
  const made = Array.from({ length: amount }, () => ({
    token: makeToken('pendingOauth'),
    name: `oauth-${(++count).toString(36)}`,
  }))
  await pool.query(
    `insert into oauth_sign_ups (id, digest, provider_id, issuer, subject, email, is_app, expires_at)
     select id, digest, 'google', 'https://issuer.example', name, name || '@example.com', true, now() + interval '1 hour'
     from unnest($1::uuid[], $2::bytea[], $3::text[]) as o (id, digest, name)`,
    [made.map(() => randomUUIDv7()), made.map(({ token }) => token.digest), made.map(({ name }) => name)],
  )
  return made.map(({ token }) => token.text)
}

type MadePasskey = SoftPasskey & { readonly rowId: string }

type Site = { readonly origin: string; readonly rpId: string }

/** One passkey each, beside those that the account has. */
export async function makePasskeys(
  pool: pg.Pool,
  users: readonly Pick<MadeUser, 'id'>[],
  { origin, rpId }: Site = { origin: 'http://localhost:8080', rpId: 'localhost' },
): Promise<MadePasskey[]> {
  const made = users.map(({ id }) => {
    const userHandle = createHash('sha256').update(id).digest('base64url')
    return Object.assign(new SoftPasskey({ origin }), {
      rpId,
      userHandle,
      rowId: randomUUIDv7(),
    })
  })
  const userIds = users.map(({ id }) => id)
  await pool.query(
    `insert into passkeys (id, user_id, credential_id, public_key, algorithm, sign_count, backup_eligible, backed_up, transports, rp_id, name)
     select id, user_id, credential_id, public_key, -7, 0, true, true, '{}', $5, 'Bulk'
     from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) as p (id, user_id, credential_id, public_key)`,
    [
      made.map(({ rowId }) => rowId),
      userIds,
      made.map(({ credentialId }) => credentialId),
      made.map(({ publicKey }) => publicKey),
      rpId,
    ],
  )
  await pool.query(
    `update users set passkeys = passkeys + 1, passkey_handle = made
     from unnest($1::uuid[], $2::bytea[]) as h (owner, made) where id = owner`,
    [userIds, made.map(({ userHandle }) => Buffer.from(userHandle, 'base64url'))],
  )
  return made
}
