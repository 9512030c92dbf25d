import { generateSync } from 'otplib'
import sharp from 'sharp'
import { multipart } from '../files/support.ts'
import type { Actor, OpenSession } from './actor.ts'
import { nowMs } from './history.ts'

type Move = (actor: Actor, by: OpenSession) => Promise<unknown>

/** What an owner may do with an open session, and when. */
const moves: readonly (readonly [isPossible: (actor: Actor, by: OpenSession) => boolean, Move])[] = [
  [() => true, rename],
  [() => true, (actor) => actor.checkSession()],
  [() => true, enter],
  [({ state }) => !state.isTotpOn, enterByMail],
  [() => true, changePassword],
  [() => true, grantTokens],
  [({ refreshToken }) => refreshToken !== undefined, refresh],
  [(actor, by) => otherOf(actor, by) !== undefined, revokeOther],
  [() => true, logOut],
  [({ state, device }, by) => device !== undefined && !state.isTotpOn && isFresh(by), turnTotpOn],
  [({ state, backupCodes }) => state.isTotpOn && backupCodes.length > 0, turnTotpOff],
  [() => true, changeEmail],
  [({ state }) => !state.isTotpOn, resetPassword],
  [({ state }) => state.pictures === 0, putPicture],
  [({ state }) => state.pictures > 0, clearPicture],
  [({ known }) => known.length > 4, deleteAccount],
]

const longestLife = 10

/** One more thing, chosen by chance among what can be done; `false` where the account's life is over. */
export async function moveOn(actor: Actor): Promise<boolean> {
  const { state, open, random } = actor
  if (actor.isStuck || state.stage === 'deleted' || actor.known.length > longestLife) return false
  if (state.stage === 'none') await signUp(actor)
  else if (state.stage === 'waiting') await verifyEmail(actor)
  else {
    const by = open[random.below(open.length)]
    const possible = by === undefined ? [] : moves.filter(([isPossible]) => isPossible(actor, by))
    const chosen = possible[random.below(possible.length)]
    if (by === undefined || chosen === undefined) return enter(actor)
    await chosen[1](actor, by)
  }
  return true
}

const freshMs = 200_000
const isFresh = ({ sinceMs }: OpenSession): boolean => nowMs() - sinceMs < freshMs
const otherOf = ({ open }: Actor, by: OpenSession): OpenSession | undefined =>
  open.find((one) => one !== by && one.managementId !== '')

async function signUp(actor: Actor): Promise<void> {
  const details = { email: actor.address(), name: 'Somebody' }
  const body = { email: details.email, handle: actor.account, display_name: details.name, password: actor.password() }
  await actor.act('signUp', { path: '/v0/auth/signup', body }, { details })
}

async function verifyEmail(actor: Actor): Promise<void> {
  const opens = actor.newLabel()
  const sent = { path: '/v0/app/auth/verify-email' }
  const done = await actor.actWithLink('verifyEmail', {
    to: actor.state.email,
    page: 'verify-email',
    sent,
    effect: { opens },
  })
  if (done?.reply) actor.device = String(done.reply.body.device_token)
  await actor.remember(opens, done?.reply)
}

const loginOf = (actor: Actor) => ({
  path: '/v0/app/auth/login',
  body: { email: actor.state.email, password: actor.password() },
  ...(actor.device !== undefined && { device: actor.device }),
})

/** One more session, whatever the account asks for; `false` where what it asks for is not known any more. */
async function enter(actor: Actor): Promise<boolean> {
  const { state, device, backupCodes } = actor
  if (state.isTotpOn && (device === undefined || backupCodes.length === 0)) return false
  if (device === undefined) await enterOnNewDevice(actor)
  else if (state.isTotpOn) await enterWithBackupCode(actor, device)
  else {
    const opens = actor.newLabel()
    await actor.remember(opens, (await actor.act('signIn', loginOf(actor), { opens })).reply)
  }
  return true
}

async function enterOnNewDevice(actor: Actor): Promise<void> {
  if (!(await actor.act('askForDevice', loginOf(actor))).happened) return
  const opens = actor.newLabel()
  const sent = { path: '/v0/app/auth/device/verify' }
  const effect = { opens }
  const done = await actor.actWithLink('confirmDevice', { to: actor.state.email, page: 'verify-device', sent, effect })
  if (done?.reply) actor.device = String(done.reply.body.device_token)
  await actor.remember(opens, done?.reply)
}

/** By the digits of the mail, or by its link where the answer that they are typed with was lost. */
async function enterByMail(actor: Actor): Promise<void> {
  const { email: to } = actor.state
  const path = '/v0/app/auth/email-sign-in'
  const { happened, reply } = await actor.act('askForCode', { path, body: { email: to } })
  if (!happened) return
  const { device } = actor
  const opens = actor.newLabel()
  const done = await actor.actWithLink('signInByMail', {
    to,
    page: 'email-sign-in',
    sent: { path: `${path}/verify`, ...(device !== undefined && { device }) },
    effect: { opens, details: { device: device === undefined ? 'new' : 'known' } },
    ...(reply && { codeToken: String(reply.body.code_token) }),
  })
  if (done?.reply && device === undefined) actor.device = String(done.reply.body.device_token)
  await actor.remember(opens, done?.reply)
}

async function enterWithBackupCode(actor: Actor, device: string): Promise<void> {
  const begun = await actor.act('beginSignIn', loginOf(actor))
  if (begun.reply === undefined) return
  const [code, ...others] = actor.backupCodes
  const opens = actor.newLabel()
  const body = { temp_token: begun.reply.body.temp_token, code }
  const sent = { path: '/v0/app/auth/totp/verify', body, device }
  const done = await actor.act('signInWithBackupCode', sent, { opens })
  if (done.happened) actor.backupCodes = others
  if (done.reply) actor.noteUsed('a temp_token with its backup code', sent)
  await actor.remember(opens, done.reply)
}

async function rename(actor: Actor, { token }: OpenSession): Promise<void> {
  const name = `Name ${Math.round(nowMs())}`
  const sent = { method: 'PATCH', path: '/v0/user/me', body: { display_name: name }, token }
  await actor.act('rename', sent, { details: { name } })
}

async function changePassword(actor: Actor, { token, label }: OpenSession): Promise<void> {
  const body = { current_password: actor.password(), new_password: actor.password(actor.passwordNumber + 1) }
  const ends = actor.labels().filter((one) => one !== label)
  const sent = { path: '/v0/auth/change-password', body, token }
  if ((await actor.act('changePassword', sent, { ends })).happened) actor.passwordNumber++
}

async function grantTokens(actor: Actor, { token }: OpenSession): Promise<void> {
  const { reply } = await actor.act('grantTokens', { path: '/v0/auth/token', token })
  if (reply) actor.refreshToken = String(reply.body.refresh_token)
}

async function refresh(actor: Actor): Promise<void> {
  const sent = { path: '/v0/auth/token/refresh', body: { refresh_token: actor.refreshToken } }
  const { reply } = await actor.act('refresh', sent)
  actor.refreshToken = reply && String(reply.body.refresh_token)
  if (reply) actor.noteUsed('a refresh token', sent)
}

async function revokeOther(actor: Actor, by: OpenSession): Promise<void> {
  const other = otherOf(actor, by) as OpenSession
  const sent = { method: 'DELETE', path: `/v0/auth/sessions/${other.managementId}`, token: by.token }
  await actor.act('revokeSession', sent, { ends: [other.label] })
}

async function logOut(actor: Actor, { token, label }: OpenSession): Promise<void> {
  await actor.act('logOut', { path: '/v0/auth/logout', token }, { ends: [label] })
}

async function turnTotpOn(actor: Actor, { token }: OpenSession): Promise<void> {
  const { reply } = await actor.act('setUpTotp', { path: '/v0/auth/totp/setup', token })
  if (!reply) return
  const body = { code: generateSync({ secret: String(reply.body.secret) }) }
  const enabled = await actor.act('enableTotp', { path: '/v0/auth/totp/enable', body, token })
  actor.backupCodes = (enabled.reply?.body.backup_codes ?? []) as string[]
}

async function turnTotpOff(actor: Actor, { token }: OpenSession): Promise<void> {
  const body = { code: actor.backupCodes[0] }
  const { happened } = await actor.act('disableTotp', { path: '/v0/auth/totp/disable', body, token })
  if (happened) actor.backupCodes = []
}

async function changeEmail(actor: Actor, { token }: OpenSession): Promise<void> {
  actor.addressNumber++
  const email = actor.address()
  const body = { password: actor.password(), new_email: email }
  if (!(await actor.act('askForEmail', { path: '/v0/auth/change-email', body, token })).happened) return
  const effect = { details: { email }, ends: actor.labels() }
  const sent = { path: '/v0/auth/confirm-email-change' }
  await actor.actWithLink('confirmEmail', { to: email, page: 'confirm-email-change', sent, effect })
}

async function resetPassword(actor: Actor): Promise<void> {
  const { email } = actor.state
  if (!(await actor.act('forgotPassword', { path: '/v0/auth/forgot-password', body: { email } })).happened) return
  const sent = { path: '/v0/auth/reset-password', body: { new_password: actor.password(actor.passwordNumber + 1) } }
  const effect = { ends: actor.labels() }
  const done = await actor.actWithLink('resetPassword', { to: email, page: 'reset-password', sent, effect })
  if (!done?.happened) return
  actor.passwordNumber++
  actor.device = undefined
}

const picture = multipart({
  bytes: await sharp({ create: { width: 32, height: 32, channels: 3, background: '#f00' } })
    .png()
    .toBuffer(),
})

async function putPicture(actor: Actor, { token }: OpenSession): Promise<void> {
  const bytes = { type: picture.headers['content-type'], content: picture.body }
  await actor.act('putPicture', { path: '/v0/user/me/profile-image', bytes, token })
}

async function clearPicture(actor: Actor, { token }: OpenSession): Promise<void> {
  await actor.act('clearPicture', { method: 'DELETE', path: '/v0/user/me/profile-image', token })
}

async function deleteAccount(actor: Actor, { token }: OpenSession): Promise<void> {
  const sent = { method: 'DELETE', path: '/v0/user/me', body: { password: actor.password() }, token }
  await actor.act('deleteAccount', sent, { ends: actor.labels() })
}
