import { totpReset } from './factor-reset.ts'
import { totpOpenings } from './opens-account.ts'
import { totpActs } from './operator-acts.ts'
import { codeReproof } from './reproof.ts'

export const totpHallway = {
  reproof: codeReproof,
  openings: totpOpenings,
  factorReset: totpReset,
  operatorActs: totpActs,
}
