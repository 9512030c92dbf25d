import { generateSync } from 'otplib'
import type pg from 'pg'
import { Pool } from 'undici'
import type { Keyring } from '../../src/crypto/keyring.ts'
import { transaction } from '../../src/db/transaction.ts'
import { loadArgon2 } from '../../src/hashing/argon2.ts'
import { replaceBackupCodes } from '../../src/totp/backup-codes.ts'
import { makeSecret } from '../../src/totp/code.ts'
import { sealSecret } from '../../src/totp/secret.ts'
import { TestClient } from '../support/client.ts'
import {
  type MadePair,
  type MadeUser,
  makeMailedTokens,
  makeOauthSignUps,
  makePairs,
  makePasskeys,
  makePendingLogins,
  makeRefreshTokens,
  makeSessions,
  makeSignUps,
  makeTotpSecrets,
  makeUsers,
} from '../support/factories.ts'
import { arrive, newcomer, type startProviders } from '../support/provider.ts'
import type { Rule } from './check-races.ts'

export type Sent = {
  readonly method?: string
  readonly path: string
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
  /** Where racers do different things. */
  readonly act?: string
}

/** What each racer sends, made when the race begins. */
export type Race = () => readonly Sent[] | Promise<readonly Sent[]>

export type Kind = {
  readonly rule: Rule
  readonly make: (amount: number) => Promise<Race[]>
  /** How often the database shows the effect; `races` more afterwards. */
  readonly effect: string
  /** Where races share something: one at a time. */
  readonly isSerial?: boolean
}

type Ground = {
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly origin: string
  readonly providers: Awaited<ReturnType<typeof startProviders>>
}

const racers = 4
/** The very same request by everybody. */
const alike = (sent: Sent): Sent[] => Array.from({ length: racers }, () => sent)
const late = (...codes: string[]) => ({ racers, late: codes }) satisfies Rule
const events = (type: string): string => `select count(*)::int as n from security_events where type = '${type}'`
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const inGroups = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: items.length / size }, (_, index) => items.slice(index * size, (index + 1) * size))

/** Everything that is good once, or that only one can have. */
export const raceKinds = (ground: Ground): Readonly<Record<string, Kind>> => ({
  ...linkKinds(ground),
  ...pairKinds(ground),
  ...totpKinds(ground),
  ...nameKinds(ground),
  ...oauthKinds(ground),
  ...accountKinds(ground),
})

function linkKinds({ pool }: Ground): Record<string, Kind> {
  const mailed =
    (path: string, purpose: string, address?: (email: string) => string, more: object = {}) =>
    async (amount: number): Promise<Race[]> => {
      const people = await makeUsers(pool, amount)
      const wanted = people.map(({ id: userId, email }) => {
        const to = address?.(email)
        return { purpose, userId, addressKey: to ?? email, ...(to !== undefined && { address: to }) }
      })
      const tokens = await makeMailedTokens(pool, wanted)
      return tokens.map((token) => () => alike({ path, body: { token, ...more } }))
    }
  const verify = async (amount: number): Promise<Race[]> =>
    (await makeSignUps(pool, amount)).map(
      (token) => () => alike({ path: '/v0/app/auth/verify-email', body: { token } }),
    )
  const password = { new_password: 'a wholly new passphrase' }
  return {
    verify_email: { rule: late('email:already_verified'), make: verify, effect: events('sign_up') },
    device_verify: {
      rule: late('token:invalid_device_verify'),
      make: mailed('/v0/app/auth/device/verify', 'device_verify'),
      effect: 'select count(*)::int as n from devices',
    },
    password_reset: {
      rule: late('token:invalid_reset'),
      make: mailed('/v0/auth/reset-password', 'password_reset', undefined, password),
      effect: events('password_reset'),
    },
    email_change: {
      rule: late('token:invalid_email_change'),
      make: mailed('/v0/auth/confirm-email-change', 'email_change', (email) => `new-${email}`),
      effect: events('email_changed'),
    },
    email_undo: {
      rule: late('token:invalid_email_change'),
      make: mailed('/v0/auth/undo-email-change', 'email_undo', (email) => `old-${email}`),
      effect: events('email_change_undone'),
    },
    account_deletion: {
      rule: late('token:invalid_account_deletion'),
      make: mailed('/v0/user/me/deletion/confirm', 'account_deletion'),
      effect: 'select count(*)::int as n from users where deleted_at is not null',
    },
  }
}

/** A pair is one token: link and digits are used up together, and sending it again revives neither. */
function pairKinds({ pool, keyring }: Ground): Record<string, Kind> {
  const url = '/v0/app/auth'
  const against =
    (other: (pair: MadePair) => Sent) =>
    async (amount: number): Promise<Race[]> => {
      const pairs = await makePairs(pool, keyring, await makeUsers(pool, amount))
      const digits = ({ typed }: MadePair): Sent => ({ path: `${url}/email-sign-in/verify`, body: typed })
      return pairs.map((pair) => () => [other(pair), other(pair), digits(pair), digits(pair)])
    }
  const effect = "select count(*)::int as n from sessions where methods = '{mail}'"
  return {
    link_or_digits: {
      rule: late('token:invalid_sign_in', 'email:invalid_code_token'),
      make: against(({ link }) => ({ path: `${url}/email-sign-in/verify`, body: { token: link } })),
      effect,
    },
    digits_while_resent: {
      rule: { ...late('email:invalid_code_token', 'rate_limit:exceeded'), beside: 'resend' },
      make: against(({ typed: { code_token } }) => ({
        path: `${url}/mailed-code/resend`,
        body: { code_token },
        act: 'resend',
      })),
      effect,
    },
  }
}

type WithSecret = { readonly user: MadeUser; readonly secret: string; readonly sealedSecret: Buffer }

function totpKinds({ pool, keyring }: Ground): Record<string, Kind> {
  const withSecrets = async (amount: number): Promise<WithSecret[]> =>
    (await makeUsers(pool, amount)).map((user) => {
      const secret = makeSecret()
      return { user, secret, sealedSecret: sealSecret(keyring, secret, user.id) }
    })
  const path = '/v0/app/auth/totp/verify'
  const verify = (tokens: readonly (string | undefined)[], code: string): Sent[] =>
    tokens.map((token) => ({ path, body: { temp_token: token, code } }))
  const held = 'select count(*)::int as n from pending_logins where used_at is not null'
  return {
    temporary_login: {
      rule: late('totp:temp_token_invalid', 'totp:invalid_code'),
      make: async (amount) => {
        const waiting = await withSecrets(amount)
        const tokens = await makePendingLogins(pool, waiting)
        return waiting.map(
          ({ secret }, index) =>
            () =>
              verify(alikeTexts(tokens[index]), generateSync({ secret })),
        )
      },
      effect: held,
    },
    totp_step: {
      rule: late('totp:invalid_code'),
      make: async (amount) => {
        const waiting = await withSecrets(amount)
        const tokens = inGroups(await makePendingLogins(pool, waiting, racers), racers)
        return waiting.map(
          ({ secret }, index) =>
            () =>
              verify(tokens[index] ?? [], generateSync({ secret })),
        )
      },
      effect: held,
    },
    backup_code: {
      rule: late('totp:invalid_code'),
      make: async (amount) => {
        const waiting = await withSecrets(amount)
        const tokens = inGroups(await makePendingLogins(pool, waiting, racers), racers)
        const codes: string[] = []
        for (const { user } of waiting) {
          const [code = ''] = await transaction(pool, (tx) => replaceBackupCodes(tx, keyring, user.id))
          codes.push(code)
        }
        return waiting.map((_, index) => () => verify(tokens[index] ?? [], codes[index] ?? ''))
      },
      effect: events('backup_code_used'),
    },
    totp_enable: {
      rule: late('totp:already_enabled', 'totp:invalid_code'),
      make: async (amount) => {
        const waiting = await withSecrets(amount)
        await makeTotpSecrets(pool, waiting)
        const sessions = await makeSessions(
          pool,
          waiting.map(({ user }) => user),
        )
        return waiting.map(({ secret }, index) => () => {
          const headers = bearer(sessions[index]?.token ?? '')
          return alike({ path: '/v0/auth/totp/enable', body: { code: generateSync({ secret }) }, headers })
        })
      },
      effect: events('totp_enabled'),
    },
  }
}

const alikeTexts = (text: string | undefined): (string | undefined)[] => Array.from({ length: racers }, () => text)

let names = 0
const newName = (): string => `r_${(++names).toString(36)}_${process.pid % 1000}`

function nameKinds({ pool }: Ground): Record<string, Kind> {
  const contested = (name: string) =>
    `select count(*)::int as n from handles where key like 'r\\_%' and ${name} is not null`
  return {
    handle_of_sign_ups: {
      rule: late('user:handle_already_exists'),
      make: async (amount) =>
        Array.from({ length: amount }, () => () => {
          const handle = newName()
          return Array.from({ length: racers }, (_, index) => ({
            path: '/v0/auth/signup',
            body: {
              email: `${handle}.${index}@example.com`,
              handle,
              display_name: 'Racer',
              password: 'a long passphrase',
            },
          }))
        }),
      effect: contested('sign_up_id'),
    },
    handle_of_accounts: {
      rule: late('user:handle_already_exists'),
      make: async (amount) => {
        const sessions = inGroups(await makeSessions(pool, await makeUsers(pool, amount * racers)), racers)
        return sessions.map((group) => () => {
          const handle = newName()
          return group.map(({ token }) => ({
            method: 'PATCH',
            path: '/v0/user/me',
            body: { handle },
            headers: bearer(token),
          }))
        })
      },
      effect: contested('user_id'),
    },
    address: {
      rule: late('user:email_already_exists'),
      make: async (amount) => {
        const groups = inGroups(await makeUsers(pool, amount * racers), racers)
        const wanted = groups.flatMap((group) => {
          const address = `${newName()}@example.com`
          return group.map(({ id: userId }) => ({ purpose: 'email_change', userId, addressKey: address, address }))
        })
        const tokens = inGroups(await makeMailedTokens(pool, wanted), racers)
        return tokens.map(
          (group) => () => group.map((token) => ({ path: '/v0/auth/confirm-email-change', body: { token } })),
        )
      },
      effect: "select count(*)::int as n from users where email_key like 'r\\_%'",
    },
  }
}

function oauthKinds({ pool, origin, providers }: Ground): Record<string, Kind> {
  return {
    oauth_state: {
      rule: late('oauth:invalid_state'),
      // Who comes back from the provider is the same for all.
      isSerial: true,
      make: async (amount) => {
        const browsers = new Pool(origin)
        const one = async (): Promise<Sent[]> => {
          const client = new TestClient(browsers)
          const body = await arrive(client, 'google')
          const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
          providers.provider.claims = newcomer()
          return alike({ path: '/v0/auth/oauth/google/login', body, headers: { cookie } })
        }
        return Array.from({ length: amount }, () => one)
      },
      effect: 'select count(*)::int as n from oauth_states where used_at is not null',
    },
    oauth_sign_up: {
      rule: late('user:invalid_token'),
      make: async (amount) =>
        (await makeOauthSignUps(pool, amount)).map((token) => () => {
          const path = '/v0/app/auth/complete-signup'
          const body = () => ({ pending_token: token, handle: newName(), display_name: 'Racer' })
          // Alike, they would be repetitions, which are answered alike.
          return alikeTexts(token).map(() => ({ path, body: body() }))
        }),
      effect: 'select count(*)::int as n from oauth_identities',
    },
    id_token: {
      rule: late('oauth:invalid_id_token'),
      make: async (amount) =>
        Array.from({ length: amount }, () => async () => {
          const body = { id_token: await providers.provider.idToken(newcomer()) }
          return alike({ path: '/v0/app/auth/oauth/google/token', body })
        }),
      effect: 'select count(*)::int as n from used_id_tokens',
    },
  }
}

function accountKinds({ pool, origin }: Ground): Record<string, Kind> {
  return {
    initial_password: {
      rule: late('password:already_set'),
      make: async (amount) => {
        const users = await makeUsers(pool, amount)
        await pool.query('update users set password_hash = null where id = any($1)', [users.map(({ id }) => id)])
        const body = { new_password: 'a wholly new passphrase' }
        return (await makeSessions(pool, users)).map(
          ({ token }) =>
            () =>
              alike({ path: '/v0/auth/set-initial-password', body, headers: bearer(token) }),
        )
      },
      effect: events('password_set'),
    },
    last_admin: {
      rule: { racers: 2, late: ['user:cannot_manage_self'] },
      isSerial: true,
      make: async (amount) => {
        const password = 'the password of administrators'
        const cost = { memoryKib: 8192, timeCost: 1 }
        const hash = await (await loadArgon2()).hash(password, cost)
        const pairs = inGroups(await makeUsers(pool, amount * 2), 2)
        await pool.query('update users set password_hash = $1 where id = any($2)', [
          hash,
          pairs.flat().map(({ id }) => id),
        ])
        return pairs.map((pair) => async () => {
          await pool.query('delete from user_roles')
          await pool.query("insert into user_roles (user_id, role) select id, 'admin' from unnest($1::uuid[]) as id", [
            pair.map(({ id }) => id),
          ])
          const sessions = await makeSessions(pool, pair)
          return sessions.map(({ token }) => ({
            method: 'DELETE',
            path: '/v0/user/me',
            body: { password },
            headers: bearer(token),
          }))
        })
      },
      effect: events('deletion_requested'),
    },
    refresh: {
      rule: { racers, same: true },
      make: async (amount) =>
        (await makeRefreshTokens(pool, await makeUsers(pool, amount))).map(
          (token) => () => alike({ path: '/v0/auth/token/refresh', body: { refresh_token: token } }),
        ),
      effect: 'select count(*)::int as n from refresh_tokens where parent_id is not null',
    },
    passkey_challenge: {
      rule: late('passkey:invalid_challenge'),
      make: async (amount) =>
        (await makePasskeys(pool, await makeUsers(pool, amount))).map((passkey) => async () => {
          const offered = await fetch(`${origin}${passkeySignIn}/options`, { method: 'POST' })
          return alike({ path: passkeySignIn, body: { credential: passkey.get(await offered.json()) } })
        }),
      effect: 'select count(*)::int as n from sessions where passkey_id is not null',
    },
  }
}

export const passkeySignIn = '/v0/app/auth/passkeys/sign-in'
