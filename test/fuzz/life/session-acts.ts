import { randomUUID } from 'node:crypto'
import { makeToken } from '../../../src/crypto/secret-token.ts'
import type { Act } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import { drawCode } from './codes.ts'
import { refused } from './life.ts'
import { outcomeOfCode } from './login-acts.ts'
import { endSessions, type Family } from './state.ts'

export const logOut: Act = async (life, choices) => {
  const caller = drawCaller(life, choices)
  const foreseen = foresee(caller.refusal({ evenBanned: true })).else('204')
  const { status } = await life.post('/v0/auth/logout', {}, caller.headers, () => foreseen)
  if (status === 204 && caller.session) caller.session.isEnded = true
}

/** A guest is an answer here, whatever was sent as a session. */
export const showSession: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const isGuest = refusal({ evenBanned: true }) !== undefined
  const { json } = await life.ask({ method: 'GET', target: '/v0/auth/session', headers }, () => ['200'])
  const shown = json.session as { user: { id: string } } | null
  if (isGuest !== (shown === null)) throw new Error(`the session of ${isGuest ? 'a guest' : 'an account'} is ${shown}`)
  if (shown && shown.user.id !== session?.account.id) throw new Error("somebody else's session is shown")
}

export const listSessions: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal()).else('200')
  const { json } = await life.ask({ method: 'GET', target: '/v0/auth/sessions', headers }, () => foreseen)
  if (session === undefined || json.sessions === undefined) return
  const listed = json.sessions as { management_id: string; is_current: boolean }[]
  const live = life.state.sessions.filter((one) => one.account === session.account && !one.isEnded)
  if (listed.length !== live.length) throw new Error(`${listed.length} sessions are listed, ${live.length} are live`)
  session.managementId = listed.find((one) => one.is_current)?.management_id
  if (session.managementId === undefined) throw new Error('no session of the list is the current one')
}

export const revokeSession: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const named = life.state.sessions.filter((one) => one.managementId !== undefined)
  const target = choices.oneIn(4) ? undefined : choices.of(named.toReversed())
  const isOwn = target !== undefined && !target.isEnded && target.account === session?.account
  const foreseen = foresee(refusal(), isOwn ? undefined : 'system:not_found').else('204')
  const id = target?.managementId ?? choices.among(randomUUID(), 'no-uuid')
  const { status } = await life.ask({ method: 'DELETE', target: `/v0/auth/sessions/${id}`, headers }, () => foreseen)
  if (status === 204 && target) target.isEnded = true
}

export const revokeOthers: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal()).else('204')
  const { status } = await life.post('/v0/auth/sessions/revoke-others', {}, headers, () => foreseen)
  if (status === 204 && session) endSessions(life.state, session.account, session)
}

export const listDevices: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal()).else('200')
  const { json } = await life.ask({ method: 'GET', target: '/v0/auth/devices', headers }, () => foreseen)
  if (session === undefined || json.devices === undefined) return
  const listed = json.devices as { id: string; is_current: boolean }[]
  const known = life.state.devices.filter((one) => one.account === session.account && one.isKnown)
  if (listed.length !== known.length) throw new Error(`${listed.length} devices are listed, ${known.length} are known`)
  const current = listed.find((one) => one.is_current)
  if ((current !== undefined) !== (session.device?.isKnown ?? false))
    throw new Error('which device is current is wrong')
  if (current && session.device) session.device.id = current.id
}

export const forgetDevice: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const target = choices.oneIn(4) ? undefined : choices.of(life.state.devices.filter((one) => one.id !== undefined))
  const isOwn = target?.isKnown && target.account === session?.account
  const foreseen = foresee(refusal(), isOwn ? undefined : 'system:not_found').else('204')
  const id = target?.id ?? choices.among(randomUUID(), 'no-uuid')
  const { status } = await life.ask({ method: 'DELETE', target: `/v0/auth/devices/${id}`, headers }, () => foreseen)
  if (status === 204 && target) target.isKnown = false
}

export const reauthenticate: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const proof = choices.among('password', 'code', 'wrong password', 'both', 'neither')
  const hasCode = proof === 'code' || proof === 'both'
  const code = account && hasCode ? drawCode(account, 'login', choices) : undefined
  const password = proof === 'password' ? (account?.password ?? 'nobody knows it') : 'not the password'
  const body = {
    ...(proof !== 'code' && proof !== 'neither' && { password }),
    ...(hasCode && { code: code?.text ?? '123456' }),
  }
  const startedAt = Date.now()
  const { status } = await life.post('/v0/auth/reauthenticate', body, headers, () => {
    const refusedAnyway = refusal({ evenBanned: true })
    if (refusedAnyway) return [refused(refusedAnyway)]
    if (proof === 'both' || proof === 'neither') return [refused('general:bad_request')]
    if (proof !== 'code') return [password === account?.password ? '204' : refused('password:incorrect')]
    if (!account?.totp?.isOn || code === undefined) return [refused('totp:not_enabled')]
    return code.verdicts(startedAt, Date.now()).map(outcomeOfCode('204'))
  })
  if (status !== 204) return
  code?.spend()
  if (session && proof === 'code' && account?.totp?.counts) session.showsCode = true
}

export const issueTokens: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal()).else('200')
  const { status, json, cookies } = await life.post('/v0/auth/token', {}, headers, () => foreseen)
  if (status !== 200 || session === undefined) return
  const isCookie = 'cookie' in headers
  if ((json.refresh_token === undefined) !== isCookie) throw new Error('the refresh token came the other way')
  const tokens = [String(isCookie ? cookies.refresh_token : json.refresh_token)]
  life.state.families.push({ session, tokens, rotatedAtMs: 0, hasEnded: false })
  life.state.accessTokens.push({ token: String(json.access_token), session })
}

/** Within these a repetition may be in time or not: the server's clock decides. */
const repetitionMs = { surelyInTime: 8000, surelyLate: 12_000 }

export const refresh: Act = async (life, choices) => {
  const family = choices.oneIn(8) ? undefined : choices.of(life.state.families.toReversed())
  if (family === undefined) return refreshUnknown(life, choices)
  const stepsBack = Math.min(choices.among(0, 0, 0, 1, 1, 2), family.tokens.length - 1)
  const token = String(family.tokens.at(-1 - stepsBack))
  const isCookie = choices.oneIn(3)
  const body = isCookie ? {} : { refresh_token: token }
  const headers: Record<string, string> = isCookie ? { cookie: `__Host-refresh_token=${token}` } : {}
  const foreseen = () => foreseenOfRefresh(family, stepsBack)
  const answer = await life.post('/v0/auth/token/refresh', body, headers, foreseen)
  if (answer.status !== 200) {
    // A used token that comes back otherwise than as a repetition ends its family; without a session it is dead anyway.
    if (stepsBack > 0 && answer.exchange.headers['x-error-code'] === 'user:invalid_token') family.hasEnded = true
    return
  }
  const child = String(isCookie ? answer.cookies.refresh_token : answer.json.refresh_token)
  life.state.accessTokens.push({ token: String(answer.json.access_token), session: family.session })
  if (stepsBack === 1 && child !== family.tokens.at(-1)) throw new Error('a repetition was given another child')
  if (stepsBack > 0) return
  family.tokens.push(child)
  family.rotatedAtMs = Date.now()
}

function foreseenOfRefresh(family: Family, stepsBack: number): readonly string[] {
  const { session, hasEnded } = family
  if (hasEnded) return [refused('user:invalid_token')]
  const ofTheLiving = session.isEnded
    ? refused('user:invalid_token')
    : session.account.isBanned
      ? refused('user:banned')
      : '200'
  if (stepsBack === 0) return [ofTheLiving]
  if (stepsBack > 1) return [refused('user:invalid_token')]
  const ago = Date.now() - family.rotatedAtMs
  if (ago < repetitionMs.surelyInTime) return [ofTheLiving]
  if (ago > repetitionMs.surelyLate) return [refused('user:invalid_token')]
  return [ofTheLiving, refused('user:invalid_token')]
}

const refreshUnknown: Act = async (life, choices) => {
  const text = choices.among(undefined, makeToken('refresh').text, 'prt_malformed', makeToken('session').text)
  const foreseen = [refused(text === undefined ? 'user:no_refresh_token' : 'user:invalid_token')]
  await life.post('/v0/auth/token/refresh', { refresh_token: text }, {}, () => foreseen)
}

export const revokeTokens: Act = async (life, choices) => {
  const family = choices.of(life.state.families.toReversed())
  const text = choices.among(choices.of(family?.tokens ?? []), undefined, makeToken('refresh').text, 'junk')
  const foreseen = text === undefined ? [refused('user:no_refresh_token')] : ['204']
  await life.post('/v0/auth/token/revoke', { refresh_token: text }, {}, () => foreseen)
  if (family !== undefined && text !== undefined && family.tokens.includes(text)) family.hasEnded = true
}
