import { type Act, drawForm, urlOf } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import { type Life, refused } from './life.ts'
import { drawLink, refusalOfLink } from './links.ts'
import { newDevice } from './login-acts.ts'
import { type Account, findByEmail, findWaiting, isHandleHeld, isKept, type SignUp, voidSignUpLinks } from './state.ts'

export const signUp: Act = async (life, choices) => {
  const { state } = life
  const index = choices.below(4)
  const email = life.address(index)
  const handle = choices.among(life.handle(index), life.handle(choices.below(5)).toUpperCase())
  const password = choices.among(life.newPassword(), life.newPassword(), 'password1234', 'short')
  const wish = { email: choices.among(email, ` ${email} `), handle, display_name: `Person ${index}`, password }
  const isTooWeak = password === 'password1234' || password === 'short'
  const isTaken = isHandleHeld(state, handle, { byEmail: email })
  const foreseen = foresee(
    isTooWeak ? 'general:validation_error' : undefined,
    isTaken ? 'user:handle_already_exists' : undefined,
  ).else('202')
  const { status } = await life.post('/v0/auth/signup', wish, {}, () => foreseen)
  if (status !== 202) return
  const before = findWaiting(state, email)
  if (before) {
    before.isWaiting = false
    voidSignUpLinks(state, before)
  }
  const isRegistered = findByEmail(state, email) !== undefined || isKept(state, email)
  const { display_name: displayName } = wish
  const waiting = { email, handle, displayName, password, isRegistered, isWaiting: true }
  state.signUps.push(waiting)
  if (isRegistered) return
  await expectLink(life, waiting)
}

/** The link that is mailed to whoever waits with an address of their own. */
async function expectLink(life: Life, waiting: SignUp): Promise<void> {
  const { email: address } = waiting
  const token = await life.newLink(address, 'verify-email')
  life.state.links.push({ purpose: 'verify_email', token, address, signUp: waiting, account: undefined, state: 'live' })
}

export const resendVerification: Act = async (life, choices) => {
  const { state } = life
  const email = life.address(choices.below(4))
  const caller = choices.oneIn(2) ? drawCaller(life, choices) : undefined
  const isLive = caller?.refusal({ evenBanned: true }) === undefined
  const isOwn = isLive && caller?.session?.account.email === email
  const foreseen = isOwn ? [refused('email:already_verified')] : ['204']
  await life.post('/v0/auth/resend-verification-email', { email }, caller?.headers ?? {}, () => foreseen)
  const waiting = findWaiting(state, email)
  if (isOwn || waiting === undefined) return
  voidSignUpLinks(state, waiting)
  if (waiting.isRegistered) return
  await expectLink(life, waiting)
}

export const verifyEmail: Act = async (life, choices) => {
  const { state } = life
  const { link, token } = drawLink(life, choices, 'verify_email')
  const claimed = choices.among(undefined, undefined, link?.address, life.address(choices.below(4)))
  const caller = choices.oneIn(4) ? drawCaller(life, choices) : undefined
  const form = drawForm(choices)
  const { signUp: waiting } = link ?? {}
  const isOver = !waiting?.isWaiting || waiting.isRegistered
  const foreseen = foresee(
    refusalOfLink(link, 'verify_email', claimed),
    isOver ? 'token:expired_verification' : undefined,
    caller?.browserUser ? 'FORBIDDEN' : undefined,
    waiting && (findByEmail(state, waiting.email) || isKept(state, waiting.email))
      ? 'user:email_already_exists'
      : undefined,
  ).else(form === 'app' ? '200' : '204')
  const url = urlOf(form, 'verify-email')
  const { status, json, cookies } = await life.post(
    url,
    { token, email: claimed },
    caller?.headers ?? {},
    () => foreseen,
  )
  if (status >= 300 || link === undefined || waiting === undefined) return
  const session = String(form === 'app' ? json.token : cookies.session_id)
  const { body } = await life.setting.server.ask({
    method: 'GET',
    target: '/v0/user/me',
    headers: { authorization: `Bearer ${session}` },
  })
  const account: Account = {
    id: String(JSON.parse(body.toString()).id),
    email: waiting.email,
    handle: waiting.handle,
    displayName: waiting.displayName,
    bio: undefined,
    password: waiting.password,
    isBanned: false,
    roles: new Set(),
    isDeleted: false,
    profileImage: undefined,
    bannerImage: undefined,
    totp: undefined,
  }
  waiting.isWaiting = false
  Object.assign(link, { state: 'used', account })
  state.accounts.push(account)
  const device = newDevice(life, account, { answer: { json, cookies }, form })
  state.sessions.push({
    token: session,
    account,
    device,
    showsCode: false,
    isEnded: false,
    managementId: undefined,
  })
}
