import { randomUUID } from 'node:crypto'
import type { Act } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import { drawCode } from './codes.ts'
import { refused } from './life.ts'
import { outcomeOfCode } from './login-acts.ts'
import { type Account, erase, isHandleHeld } from './state.ts'

export const showMe: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal({ evenBanned: true, takesAccessTokens: true })).else('200')
  const { status, json } = await life.ask({ method: 'GET', target: '/v0/user/me', headers }, () => foreseen)
  if (status === 200 && session) compare(json, session.account)
}

/** The whole account as the model has it. */
function compare(json: Record<string, unknown>, account: Account): void {
  const roles = (['admin', 'mod'] as const).filter((role) => account.roles.has(role))
  const believed = {
    id: account.id,
    email: account.email,
    handle: account.handle,
    display_name: account.displayName,
    bio: account.bio,
    profile_image: account.profileImage,
    banner_image: account.bannerImage,
    roles: roles.length > 0 ? roles : undefined,
    is_banned: account.isBanned,
    has_password: true,
    totp_enabled: account.totp?.isOn ?? false,
  }
  for (const [name, value] of Object.entries(believed)) {
    if (JSON.stringify(json[name]) === JSON.stringify(value)) continue
    throw new Error(`${name} of the account is ${JSON.stringify(json[name])}, foreseen: ${JSON.stringify(value)}`)
  }
}

export const check: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal({ takesAccessTokens: true })).else('204')
  const { status, exchange } = await life.ask({ method: 'GET', target: '/v0/auth/check', headers }, () => foreseen)
  if (status !== 204 || session === undefined) return
  if (exchange.headers['x-user-id'] !== session.account.id) throw new Error('forward-auth names somebody else')
}

export const changeProfile: Act = async (life, choices) => {
  const { state } = life
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const handle = choices.among(undefined, life.handle(choices.below(5)), account?.handle.toUpperCase(), 'admin', 'no')
  const name = choices.among(undefined, 'Ada Lovelace', 'Ω é 𝔸', '<script>', ' '.repeat(3))
  const bio = choices.among<string | null | undefined>(undefined, 'Analyst', null, '', 'x'.repeat(161))
  const isBad = handle === 'admin' || handle === 'no' || /^ +$|</.test(name ?? '') || (bio?.length ?? 0) > 160
  const isTaken = handle !== undefined && account !== undefined && isHandleHeld(state, handle, { byAccount: account })
  const foreseen = foresee(
    refusal(),
    isBad ? 'general:validation_error' : undefined,
    isTaken ? 'user:handle_already_exists' : undefined,
  ).else('200')
  const wish = JSON.stringify({ handle, display_name: name, bio })
  const sent = { method: 'PATCH', target: '/v0/user/me', body: wish }
  const json = { ...headers, 'content-type': 'application/json' }
  const answer = await life.ask({ ...sent, headers: json }, () => foreseen)
  if (answer.status !== 200 || account === undefined) return
  if (handle !== undefined) account.handle = handle
  if (name !== undefined) account.displayName = name
  if (bio !== undefined) account.bio = bio || undefined
  compare(answer.json, account)
}

export const deleteMe: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const proof = choices.among('neither', 'wrong password', 'both', 'code', 'password')
  const code = proof === 'code' && account ? drawCode(account, 'disable', choices) : undefined
  const password = proof === 'password' ? (account?.password ?? 'nobody knows it') : 'not the password'
  const body = {
    ...(/password|both/.test(proof) && { password }),
    ...(/code|both/.test(proof) && { totp_code: code?.text ?? '123456' }),
  }
  const json = { ...headers, 'content-type': 'application/json' }
  const startedAt = Date.now()
  const request = { method: 'DELETE', target: '/v0/user/me', headers: json, body: JSON.stringify(body) }
  const { status } = await life.ask(request, () => {
    const refusedAnyway = refusal({ evenBanned: true })
    if (refusedAnyway) return [refused(refusedAnyway)]
    if (proof === 'both') return [refused('general:bad_request')]
    if (proof === 'neither') return [refused('user:reauthentication_required')]
    if (proof !== 'code') return [password === account?.password ? '204' : refused('user:invalid_password')]
    if (!account?.totp?.isOn || code === undefined) return [refused('user:reauthentication_required')]
    return code.verdicts(startedAt, Date.now()).map(outcomeOfCode('204'))
  })
  if (status === 204 && account) erase(life.state, account)
}

export const readOwnData: Act = async (life, choices) => {
  const { headers, refusal } = drawCaller(life, choices)
  const [page, rules] = choices.among(
    ['/v0/user/me/security-events', {}] as const,
    ['/v0/user/me/export', { evenBanned: true }] as const,
    ['/v0/auth/oauth/connections', {}] as const,
    ['/v0/events', {}] as const,
  )
  const foreseen = foresee(refusal(rules)).else('200')
  await life.ask({ method: 'GET', target: page, headers }, () => foreseen)
}

/** What anybody may see. */
export const lookUp: Act = async (life, choices) => {
  const account = life.findAccount(choices)
  const handle = choices.among(account?.handle, life.handle(choices.below(5)).toUpperCase()) ?? 'nobody_here'
  const holder = life.state.accounts.find((one) => one.handle.toLowerCase() === handle.toLowerCase())
  const ask = (target: string, foreseen: string) => life.ask({ method: 'GET', target }, () => [foreseen])
  const found = (one: Account | undefined) => (one ? '200' : refused('user:not_found'))
  const kind = choices.among('handle', 'id', 'available', 'search')
  if (kind === 'available') {
    const { json } = await ask(`/v0/users/handle/${handle}/available`, '200')
    if (json.available === isHandleHeld(life.state, handle))
      throw new Error(`${handle} is available: ${json.available}`)
    return
  }
  if (kind === 'search') return void (await ask(`/v0/search/users?query=${handle}`, '200'))
  const isById = kind === 'id'
  const seen = isById ? account : holder
  const query = isById ? `/id?user_id=${account?.id ?? randomUUID()}` : `?handle=${handle}`
  const { json } = await ask(`/v0/users/profile${query}`, found(seen))
  if (seen === undefined) return
  if (json.deactivated !== seen.isDeleted || json.is_banned !== seen.isBanned)
    throw new Error('a profile of another state')
}
