import { makeToken } from '../../../src/crypto/secret-token.ts'
import type { ErrorCode } from '../../../src/errors/catalogue.ts'
import { type Act, drawForm, urlOf } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import type { Choices } from './choices.ts'
import { drawCode } from './codes.ts'
import { type Answer, type Life, refused } from './life.ts'
import { drawLink, refusalOfLink } from './links.ts'
import { type Account, type Device, findByEmail, findWaiting } from './state.ts'

type Form = 'browser' | 'app'

export const login: Act = async (life, choices) => {
  const { state } = life
  const email = life.address(choices.below(4))
  const [account, waiting] = [findByEmail(state, email), findWaiting(state, email)]
  const password =
    choices.among(account?.password, account?.password, waiting?.password, 'not the password') ?? 'nobody'
  const [form, device] = [drawForm(choices), drawDevice(life, choices, account)]
  const isRight = account?.password === password
  const wrong: ErrorCode = waiting?.password === password ? 'user:not_verified' : 'auth:invalid_credentials'
  const foreseen = foresee(isRight ? undefined : wrong, account?.isBanned ? 'user:banned' : undefined).else(
    account?.totp?.isOn ? '202' : signedInOutcome(account, device, form),
  )
  const body = { email: choices.among(email, email.toUpperCase()), password, remember_me: choices.oneIn(3) }
  const answer = await life.post(urlOf(form, 'login'), body, headersOf(device, form), () => foreseen)
  if (answer.status >= 300 || account === undefined) return
  if (!account.totp?.isOn) return goOn(life, account, device, { answer, form })
  const { temp_token: token } = answer.json
  if (typeof token !== 'string') throw new Error('TOTP is on, but the login gave no temp_token')
  state.pendingLogins.push({ token, account, tries: 0, isOver: false })
}

export const verifyTotp: Act = async (life, choices) => {
  const all = life.state.pendingLogins.toReversed()
  const waiting = all.filter(({ isOver }) => !isOver)
  const pending = choices.oneIn(8) ? undefined : choices.of(choices.oneIn(6) ? all : waiting)
  const account = pending?.account
  const [form, device] = [drawForm(choices), drawDevice(life, choices, account)]
  const code = account && drawCode(account, 'login', choices)
  const startedAt = Date.now()
  const isOver = pending === undefined || pending.isOver || pending.tries >= 5
  const body = { temp_token: pending?.token ?? makeToken('temporaryLogin').text, code: code?.text ?? '123456' }
  const answer = await life.post(urlOf(form, 'totp/verify'), body, headersOf(device, form), () => {
    if (isOver || code === undefined) return [refused('totp:temp_token_invalid')]
    return code.verdicts(startedAt, Date.now()).map(outcomeOfCode(form === 'app' ? '200' : '204'))
  })
  if (isOver || pending === undefined || account === undefined) return
  pending.tries += 1
  if (answer.status >= 300) return
  code?.spend()
  pending.isOver = true
  const known = isKnownTo(account, device) ? device : newDevice(life, account, { answer, form })
  openSession(life, account, known, { answer, form, showsCode: true })
}

export const outcomeOfCode = (right: string) => (verdict: 'right' | 'wrong' | 'exhausted') => {
  if (verdict === 'right') return right
  return refused(verdict === 'wrong' ? 'totp:invalid_code' : 'totp:backup_code_exhausted')
}

export const verifyDevice: Act = async (life, choices) => {
  const { link, token } = drawLink(life, choices, 'device_verify')
  const caller = choices.oneIn(3) ? drawCaller(life, choices) : undefined
  const form = drawForm(choices)
  const isForeign = caller?.browserUser !== undefined && caller.browserUser !== link?.account
  const foreseen = foresee(refusalOfLink(link, 'device_verify'), isForeign ? 'FORBIDDEN' : undefined).else(
    form === 'app' ? '200' : '204',
  )
  const url = urlOf(form, 'device/verify')
  const answer = await life.post(url, { token }, caller?.headers ?? {}, () => foreseen)
  if (answer.status >= 300 || link?.account === undefined) return
  link.state = 'used'
  const { account } = link
  openSession(life, account, newDevice(life, account, { answer, form }), { answer, form })
}

/** Whoever got the answer is known from then on. */
export function newDevice({ state }: Life, account: Account, { answer: { json, cookies }, form }: Given): Device {
  const token = String(form === 'app' ? json.device_token : cookies.device_id)
  const device = { token, account, isKnown: true, id: undefined }
  state.devices.push(device)
  return device
}

/** The account's own device, somebody else's, one that was forgotten, or none. */
function drawDevice(life: Life, choices: Choices, account: Account | undefined): Device | undefined {
  const own = life.state.devices.filter((one) => one.account === account).toReversed()
  const kind = choices.among('own', 'own', 'none', 'any')
  return kind === 'none' ? undefined : choices.of(kind === 'own' ? own : life.state.devices)
}

const isKnownTo = (account: Account | undefined, device: Device | undefined): device is Device =>
  device?.isKnown === true && device.account === account

function headersOf(device: Device | undefined, form: Form): Record<string, string> {
  if (device === undefined) return {}
  return form === 'app' ? { 'x-device-token': device.token } : { cookie: `__Host-device_id=${device.token}` }
}

function signedInOutcome(account: Account | undefined, device: Device | undefined, form: Form): string {
  if (!isKnownTo(account, device)) return '202'
  return form === 'app' ? '200' : '204'
}

type Given = { readonly answer: Pick<Answer, 'json' | 'cookies'>; readonly form: Form; readonly showsCode?: boolean }

/** After a password alone: a session on a device that is known, a mailed link for any other. */
async function goOn(life: Life, account: Account, device: Device | undefined, given: Given): Promise<void> {
  if (isKnownTo(account, device)) return openSession(life, account, device, given)
  if (given.answer.json.status !== 'device_verification_required') throw new Error('no word of a device link')
  const token = await life.newLink(account.email, 'verify-device')
  life.state.links.push({ purpose: 'device_verify', token, address: account.email, account, state: 'live' })
}

function openSession(life: Life, account: Account, device: Device, { answer, form, showsCode = false }: Given): void {
  const token = String(form === 'app' ? answer.json.token : answer.cookies.session_id)
  const counts = showsCode && (account.totp?.counts ?? false)
  life.state.sessions.push({ token, account, device, showsCode: counts, isEnded: false, managementId: undefined })
}
