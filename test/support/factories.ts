import { randomUUIDv7 } from 'node:crypto'
import type pg from 'pg'
import { makeToken } from '../../src/crypto/secret-token.ts'

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

/** Live sessions with one refresh token each. */
export async function makeRefreshTokens(pool: pg.Pool, users: readonly MadeUser[]): Promise<string[]> {
  const made = users.map(({ id: userId }) => ({
    userId,
    sessionId: randomUUIDv7(),
    familyId: randomUUIDv7(),
    session: makeToken('session').digest,
    token: makeToken('refresh'),
  }))
  const later = "now() + interval '1 hour'"
  const [userIds, sessionIds, familyIds] = [
    made.map(({ userId }) => userId),
    made.map(({ sessionId }) => sessionId),
    made.map(({ familyId }) => familyId),
  ]
  await pool.query(
    `insert into sessions (id, user_id, token_digest, remember_me, expires_at, max_expires_at)
     select id, user_id, digest, false, ${later}, ${later} from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s (id, user_id, digest)`,
    [sessionIds, userIds, made.map(({ session }) => session)],
  )
  await pool.query(
    `insert into refresh_families (id, session_id, user_id, expires_at)
     select id, session_id, user_id, ${later} from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as f (id, session_id, user_id)`,
    [familyIds, sessionIds, userIds],
  )
  await pool.query(
    `insert into refresh_tokens (id, family_id, digest, expires_at)
     select id, family_id, digest, ${later} from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as t (id, family_id, digest)`,
    [made.map(() => randomUUIDv7()), familyIds, made.map(({ token }) => token.digest)],
  )
  return made.map(({ token }) => token.text)
}

/** Logins that wait for a code, of accounts with TOTP under the sealed secrets given; gives their temp_tokens. */
export async function makePendingLogins(
  pool: pg.Pool,
  waiting: readonly { readonly user: MadeUser; readonly sealedSecret: Buffer }[],
): Promise<string[]> {
  const tokens = waiting.map(() => makeToken('temporaryLogin'))
  const userIds = waiting.map(({ user }) => user.id)
  await pool.query('update users set totp_enabled_at = now() where id = any($1)', [userIds])
  await pool.query(
    'insert into totp_secrets (id, user_id, sealed_secret) select id, user_id, box from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s (id, user_id, box)',
    [waiting.map(() => randomUUIDv7()), userIds, waiting.map(({ sealedSecret }) => sealedSecret)],
  )
  await pool.query(
    `insert into pending_logins (id, user_id, digest, remember_me, expires_at)
     select id, user_id, digest, false, now() + interval '1 hour' from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as p (id, user_id, digest)`,
    [waiting.map(() => randomUUIDv7()), userIds, tokens.map(({ digest }) => digest)],
  )
  return tokens.map(({ text }) => text)
}
