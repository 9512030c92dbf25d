import type { Act } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import { refused } from './life.ts'
import { drawLink, refusalOfLink } from './links.ts'
import {
  type Account,
  endHeldLogins,
  endSessions,
  findByEmail,
  forgetDevices,
  type Link,
  type Session,
  type State,
  voidLinks,
} from './state.ts'

/** What opened the account has changed. */
function endWhatOpened(state: State, account: Account, except?: Session): void {
  voidLinks(state, account, 'password_reset', 'email_change')
  endHeldLogins(state, account)
  endSessions(state, account, except)
}

export const changePassword: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const known = account?.password ?? 'nobody knows it'
  const current = choices.among<string | undefined>(known, known, known, 'not the password', undefined)
  const fresh = life.newPassword()
  const wished = choices.among<string | undefined>(
    fresh,
    fresh,
    fresh,
    undefined,
    'password1234',
    account?.email,
    current,
  )
  const isBad = wished === 'password1234' || wished === account?.email || wished === current
  const foreseen = foresee(
    refusal(),
    current === undefined ? 'password:required_for_update' : undefined,
    wished === undefined ? 'password:new_password_missing' : undefined,
    isBad ? 'general:validation_error' : undefined,
    current === account?.password ? undefined : 'user:invalid_password',
  ).else('204')
  const body = { current_password: current, new_password: wished }
  const { status } = await life.post('/v0/auth/change-password', body, headers, () => foreseen)
  if (status !== 204 || account === undefined) return
  account.password = wished
  endWhatOpened(life.state, account, session)
}

/** Nobody here is without a password, so it refuses whatever is sent. */
export const setInitialPassword: Act = async (life, choices) => {
  const { headers, refusal } = drawCaller(life, choices)
  const foreseen = [refused(refusal() ?? 'password:already_set')]
  const body = choices.among({ new_password: life.newPassword() }, {})
  await life.post('/v0/auth/set-initial-password', body, headers, () => foreseen)
}

export const forgotPassword: Act = async (life, choices) => {
  const { state } = life
  const email = life.address(choices.below(4))
  await life.post('/v0/auth/forgot-password', { email }, {}, () => ['204'])
  const account = findByEmail(state, email)
  if (account === undefined) return
  voidLinks(state, account, 'password_reset')
  const token = await life.newLink(email, 'reset-password')
  state.links.push({ purpose: 'password_reset', token, address: email, account, state: 'live' })
}

export const resetPassword: Act = async (life, choices) => {
  const { link, token } = drawLink(life, choices, 'password_reset')
  const account = link?.account
  const fresh = life.newPassword()
  const wished = choices.among<string | undefined>(fresh, fresh, fresh, undefined, 'password1234', account?.email)
  const claimed = choices.among(undefined, undefined, link?.address, life.address(choices.below(4)))
  const foreseen = foresee(
    wished === undefined ? 'password:new_password_missing' : undefined,
    wished === 'password1234' ? 'general:validation_error' : undefined,
    refusalOfLink(link, 'password_reset', claimed),
    wished === account?.email ? 'general:validation_error' : undefined,
  ).else('204')
  const body = { token, new_password: wished, email: claimed }
  const { status } = await life.post('/v0/auth/reset-password', body, {}, () => foreseen)
  if (status !== 204 || account === undefined || link === undefined) return
  link.state = 'used'
  account.password = wished
  endWhatOpened(life.state, account)
  forgetDevices(life.state, account)
}

export const changeEmail: Act = async (life, choices) => {
  const { state } = life
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const known = account?.password ?? 'nobody knows it'
  const password = choices.among(known, known, known, 'not the password')
  const address = life.address(choices.below(4))
  const foreseen = foresee(
    refusal(),
    address === account?.email ? 'general:validation_error' : undefined,
    password === account?.password ? undefined : 'password:incorrect',
    findByEmail(state, address) ? 'user:email_already_exists' : undefined,
  ).else('204')
  const { status } = await life.post('/v0/auth/change-email', { password, new_email: address }, headers, () => foreseen)
  if (status !== 204 || account === undefined) return
  voidLinks(state, account, 'email_change')
  const token = await life.newLink(address, 'confirm-email-change')
  const totp = account.totp?.isOn ? account.totp : undefined
  // A list that was made anew is another one.
  const before = { totp, usedCodes: totp?.usedCodes }
  state.links.push({ purpose: 'email_change', token, address, account, before, state: 'live' })
}

export const confirmEmailChange: Act = async (life, choices) => {
  const { state } = life
  const { link, token } = drawLink(life, choices, 'email_change')
  const claimed = choices.among(undefined, undefined, link?.address, life.address(choices.below(4)))
  const account = link?.account
  const holder = link && findByEmail(state, link.address)
  const foreseen = foresee(
    refusalOfLink(link, 'email_change', claimed),
    holder && holder !== account ? 'user:email_already_exists' : undefined,
  ).else('204')
  const { status } = await life.post('/v0/auth/confirm-email-change', { token, email: claimed }, {}, () => foreseen)
  if (status !== 204 || account === undefined || link === undefined) return
  const { email: oldEmail } = account
  link.state = 'used'
  account.email = link.address
  endWhatOpened(state, account)
  const undo = await life.newLink(oldEmail, 'undo-email-change')
  const { before } = link
  state.links.push({
    purpose: 'email_undo',
    token: undo,
    address: oldEmail,
    account,
    ...(before && { before }),
    state: 'live',
  })
}

export const undoEmailChange: Act = async (life, choices) => {
  const { state } = life
  const { link, token } = drawLink(life, choices, 'email_undo')
  const account = link?.account
  const holder = link && findByEmail(state, link.address)
  const foreseen = foresee(
    refusalOfLink(link, 'email_undo'),
    holder && holder !== account ? 'user:email_already_exists' : undefined,
  ).else('204')
  const { status } = await life.post('/v0/auth/undo-email-change', { token }, {}, () => foreseen)
  if (status !== 204 || account === undefined || link === undefined) return
  link.state = 'used'
  Object.assign(account, { email: link.address, password: undefined })
  endWhatOpened(state, account)
  forgetDevices(state, account)
  takeBackCodes(account, link)
  // Those mailed after this one; the order of the list is that of the mails.
  const younger = state.links.slice(state.links.indexOf(link) + 1)
  for (const one of younger)
    if (one.account === account && one.purpose === 'email_undo' && one.state === 'live') one.state = 'void'
  const reset = await life.newLink(link.address, 'reset-password')
  state.links.push({ purpose: 'password_reset', token: reset, address: link.address, account, state: 'live' })
}

/** TOTP that was set up since is off, backup codes that were made since are gone. */
function takeBackCodes(account: Account, { before }: Link): void {
  if (account.totp !== before?.totp) account.totp = undefined
  else if (account.totp && account.totp.usedCodes !== before?.usedCodes)
    Object.assign(account.totp, { unusedCodes: [], usedCodes: [] })
}
