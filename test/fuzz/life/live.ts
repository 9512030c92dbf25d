import fc from 'fast-check'
import { inLanes } from '../lanes.ts'
import { changeProfile, check, deleteMe, lookUp, readOwnData, showMe } from './account-acts.ts'
import type { Act } from './act.ts'
import { Choices } from './choices.ts'
import {
  changeEmail,
  changePassword,
  confirmEmailChange,
  forgotPassword,
  resetPassword,
  setInitialPassword,
  undoEmailChange,
} from './credential-acts.ts'
import { Life, type Setting } from './life.ts'
import { login, verifyDevice, verifyTotp } from './login-acts.ts'
import { ban, grantRole, readLogs, revokeRole, unban } from './moderation-acts.ts'
import { clearPicture, readPicture, uploadPicture } from './picture-acts.ts'
import {
  forgetDevice,
  issueTokens,
  listDevices,
  listSessions,
  logOut,
  reauthenticate,
  refresh,
  revokeOthers,
  revokeSession,
  revokeTokens,
  showSession,
} from './session-acts.ts'
import { resendVerification, signUp, verifyEmail } from './sign-up-acts.ts'
import { disableTotp, enableTotp, regenerateCodes, setUpTotp, timePasses, totpStatus } from './totp-acts.ts'

/** How often each is drawn, against the others: rarely what waits for a quarter second, or ends much. */
const acts: readonly (readonly [Act, number])[] = [
  [signUp, 4],
  [verifyEmail, 5],
  [resendVerification, 1],
  [login, 10],
  [verifyDevice, 7],
  [verifyTotp, 8],
  [logOut, 1],
  [listSessions, 4],
  [revokeSession, 2],
  [revokeOthers, 1],
  [listDevices, 3],
  [forgetDevice, 1],
  [reauthenticate, 3],
  [issueTokens, 4],
  [refresh, 7],
  [revokeTokens, 1],
  [changePassword, 3],
  [setInitialPassword, 1],
  [forgotPassword, 1],
  [resetPassword, 2],
  [changeEmail, 4],
  [confirmEmailChange, 3],
  [undoEmailChange, 3],
  [setUpTotp, 6],
  [enableTotp, 8],
  [disableTotp, 2],
  [regenerateCodes, 3],
  [totpStatus, 3],
  [timePasses, 4],
  [showMe, 6],
  [showSession, 4],
  [check, 3],
  [changeProfile, 5],
  [deleteMe, 1],
  [readOwnData, 4],
  [lookUp, 5],
  [uploadPicture, 2],
  [clearPicture, 2],
  [readPicture, 2],
  [ban, 2],
  [unban, 2],
  [grantRole, 2],
  [revokeRole, 2],
  [readLogs, 2],
]

const weighted = acts.flatMap(([act, weight]) => Array<Act>(weight).fill(act))

/** Two people with accounts, one with TOTP: where most of what can happen begins. */
const opening: readonly (readonly [Act, readonly number[]])[] = [
  [signUp, [0]],
  [verifyEmail, [0]],
  [signUp, [1]],
  [verifyEmail, [0]],
  [setUpTotp, [0]],
  [enableTotp, [0]],
  [timePasses, [1]],
]

class Step implements fc.AsyncCommand<Life, Life> {
  readonly #act: Act
  readonly #numbers: readonly number[]

  constructor(act: Act, numbers: readonly number[]) {
    this.#act = act
    this.#numbers = numbers
  }

  check = (): boolean => true

  async run(life: Life): Promise<void> {
    try {
      await this.#act(life, new Choices(this.#numbers))
    } catch (error) {
      throw new Error(`${String(this)}: ${(error as Error).message}`)
    }
  }

  toString(): string {
    return `${this.#act.name}(${this.#numbers.join(', ')})`
  }
}

const step = fc
  .tuple(fc.constantFrom(...weighted), fc.noBias(fc.array(fc.nat(9999), { minLength: 8, maxLength: 8 })))
  .map(([act, numbers]) => new Step(act, numbers))

const stepsALife = 60
const livesAtATime = 3

/**
 * Lives whole lives until it is enough; throws with the shortest life that the server answers otherwise than foreseen, and the seed
 * that leads to it.
 */
export async function liveLives(setting: Setting, { seed, isEnough }: { seed: number; isEnough: () => boolean }) {
  const begin = async () => {
    const life = new Life(setting)
    for (const [act, numbers] of opening) await act(life, new Choices(numbers))
    return { model: life, real: life }
  }
  const lives = fc.asyncProperty(fc.commands([step], { maxCommands: stepsALife, size: 'max' }), (steps) =>
    fc.asyncModelRun(begin, steps),
  )
  let round = 0
  const once = () => fc.assert(lives, { seed: seed + round++, numRuns: 2 })
  await inLanes(livesAtATime, { isEnough, once })
}
