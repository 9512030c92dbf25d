import type { Choices } from './choices.ts'
import { stepAt, totpCode } from './life.ts'
import type { Account, CodePurpose, Totp } from './state.ts'

export type DrawnCode = {
  readonly text: string
  /** What the server may think of it between these two moments. */
  verdicts(fromMs: number, toMs: number): readonly ('right' | 'wrong' | 'exhausted')[]
  /** It was accepted. */
  spend(): void
}

/** A code as somebody may type it: of the app, from the list of backup codes, late, used, or invented. */
export function drawCode(account: Account, purpose: CodePurpose, choices: Choices): DrawnCode {
  const { totp } = account
  const kind = choices.among('app', 'app', 'app', 'backup', 'stale', 'used backup', 'invented', 'junk')
  if (totp === undefined || kind === 'junk') return never('12 34')
  if (kind === 'app') return ofStep(totp, purpose, { step: stepAt(Date.now()) + choices.among(0, 1, -1), choices })
  if (kind === 'stale') return ofStep(totp, purpose, { step: stepAt(Date.now()) - 40, choices })
  const list = kind === 'backup' ? totp.unusedCodes : kind === 'used backup' ? totp.usedCodes : []
  const code = choices.of(list) ?? 'ZZZZZZZ0'
  return ofBackup(totp, purpose, choices.among(code, `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase()), code)
}

const never = (text: string): DrawnCode => ({ text, verdicts: () => ['wrong'], spend: () => {} })

type Place = { readonly step: number; readonly choices: Choices }

function ofStep(totp: Totp, purpose: CodePurpose, { step, choices }: Place): DrawnCode {
  const code = totpCode(totp.secret, step)
  const isRightAt = (now: number) => Math.abs(stepAt(now) - step) <= 1 && step > totp.spent[purpose]
  return {
    text: choices.among(code, `${code.slice(0, 3)} ${code.slice(3)}`),
    verdicts: (from, to) => [...new Set([from, to].map((now) => (isRightAt(now) ? 'right' : 'wrong')))],
    spend: () => {
      if (purpose !== 'login') totp.spent.login = Math.max(totp.spent.login, step)
      // What opens a session is burnt for every purpose.
      else for (const one of Object.keys(totp.spent) as CodePurpose[]) totp.spent[one] = step
      totp.spent[purpose] = step
    },
  }
}

function ofBackup(totp: Totp, purpose: CodePurpose, text: string, code: string): DrawnCode {
  const isTaken = purpose === 'login' || purpose === 'disable'
  return {
    text,
    verdicts: () => {
      if (!isTaken) return ['wrong']
      if (totp.unusedCodes.length === 0) return ['exhausted']
      return [totp.unusedCodes.includes(code) ? 'right' : 'wrong']
    },
    spend: () => {
      totp.unusedCodes = totp.unusedCodes.filter((one) => one !== code)
      totp.usedCodes.push(code)
    },
  }
}
