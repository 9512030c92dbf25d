import type { ErrorCode } from '../../../src/errors/catalogue.ts'
import type { Act } from './act.ts'
import { type Caller, drawCaller, foresee } from './caller.ts'
import type { Choices } from './choices.ts'
import { drawCode } from './codes.ts'
import { type Answer, type Life, refused } from './life.ts'
import { outcomeOfCode } from './login-acts.ts'
import { type CodePurpose, endHeldLogins } from './state.ts'

const nothingSpent = () => ({ login: 0, enable: 0, regenerate: 0, disable: 0 })

export const setUpTotp: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const account = session?.account
  const foreseen = foresee(refusal(), account?.totp?.isOn ? 'totp:already_enabled' : undefined).else('200')
  const { status, json } = await life.post('/v0/auth/totp/setup', {}, headers, () => foreseen)
  if (status !== 200 || account === undefined) return
  account.totp = {
    secret: String(json.secret),
    isOn: false,
    counts: false,
    spent: nothingSpent(),
    unusedCodes: [],
    usedCodes: [],
  }
}

type Proof = {
  readonly url: string
  readonly purpose: CodePurpose
  readonly success: string
  readonly state?: ErrorCode
}

/** Posts a code where one is asked for; whether it was accepted. */
async function prove(life: Life, choices: Choices, caller: Caller, proof: Proof): Promise<Answer | undefined> {
  const { url, purpose, success, state } = proof
  const account = caller.session?.account
  const code = account && drawCode(account, purpose, choices)
  const body = choices.oneIn(10) ? {} : { code: code?.text ?? '123456' }
  const startedAt = Date.now()
  const answer = await life.post(`/v0/auth/totp/${url}`, body, caller.headers, () => {
    const refusedAnyway = caller.refusal() ?? state
    if (refusedAnyway) return [refused(refusedAnyway)]
    if (body.code === undefined || code === undefined) return [refused('general:bad_request')]
    return code.verdicts(startedAt, Date.now()).map(outcomeOfCode(success))
  })
  if (answer.status >= 300) return undefined
  code?.spend()
  return answer
}

const takeBackupCodes = (answer: Answer): { unusedCodes: string[]; usedCodes: string[] } => ({
  unusedCodes: answer.json.backup_codes as string[],
  usedCodes: [],
})

export const enableTotp: Act = async (life, choices) => {
  const caller = drawCaller(life, choices)
  const account = caller.session?.account
  const { totp } = account ?? {}
  const state = totp === undefined ? 'totp:not_enabled' : totp.isOn ? 'totp:already_enabled' : undefined
  const answer = await prove(life, choices, caller, {
    url: 'enable',
    purpose: 'enable',
    success: '200',
    ...(state && { state }),
  })
  if (answer === undefined || account === undefined || totp === undefined) return
  Object.assign(totp, { isOn: true, counts: caller.session?.showsCode ?? false, ...takeBackupCodes(answer) })
  endHeldLogins(life.state, account)
}

export const disableTotp: Act = async (life, choices) => {
  const caller = drawCaller(life, choices)
  const account = caller.session?.account
  const state = account?.totp?.isOn ? undefined : ('totp:not_enabled' as const)
  const answer = await prove(life, choices, caller, {
    url: 'disable',
    purpose: 'disable',
    success: '204',
    ...(state && { state }),
  })
  if (answer === undefined || account === undefined) return
  account.totp = undefined
  endHeldLogins(life.state, account)
}

export const regenerateCodes: Act = async (life, choices) => {
  const caller = drawCaller(life, choices)
  const account = caller.session?.account
  const state = account?.totp?.isOn ? undefined : ('totp:not_enabled' as const)
  const proof = {
    url: 'backup-codes/regenerate',
    purpose: 'regenerate',
    success: '200',
    ...(state && { state }),
  } as const
  const answer = await prove(life, choices, caller, proof)
  if (answer !== undefined && account?.totp) Object.assign(account.totp, takeBackupCodes(answer))
}

export const totpStatus: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const foreseen = foresee(refusal()).else('200')
  const { status, json } = await life.ask({ method: 'GET', target: '/v0/auth/totp/status', headers }, () => foreseen)
  if (status !== 200 || session === undefined) return
  const { totp } = session.account
  const left = totp?.isOn ? totp.unusedCodes.length : undefined
  if (json.enabled !== (totp?.isOn ?? false) || json.backup_codes_remaining !== left) {
    throw new Error(`TOTP is ${JSON.stringify(json)}, foreseen with ${left} backup codes`)
  }
}

/** As if the steps that were spent, and the app's first day, were long ago: waiting would take half a minute, and that day. */
export const timePasses: Act = async (life, choices) => {
  const account = life.findAccount(choices)
  if (account?.totp === undefined) return
  Object.assign(account.totp, { spent: nothingSpent(), counts: true })
  const columns = 'login_step = 0, enable_step = 0, regenerate_step = 0, disable_step = 0, is_vouched_for = true'
  await life.setting.server.database.query(`update totp_secrets set ${columns} where user_id = $1`, [account.id])
}
