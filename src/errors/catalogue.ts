import { userErrors } from '../account/errors.ts'
import { tokenErrors } from '../email/errors.ts'
import { eventStreamErrors } from '../events/errors.ts'
import { fileErrors } from '../files/errors.ts'
import { impersonationErrors } from '../impersonation/errors.ts'
import { invitationErrors } from '../invitations/errors.ts'
import { workerErrors } from '../mail/errors.ts'
import { mailedCodeErrors } from '../mailed-codes/errors.ts'
import { oauthErrors } from '../oauth/errors.ts'
import { passkeyErrors } from '../passkeys/errors.ts'
import { authErrors } from '../password/credential-errors.ts'
import { passwordErrors } from '../password/errors.ts'
import { searchErrors } from '../search/errors.ts'
import { sessionErrors } from '../sessions/errors.ts'
import { signUpErrors } from '../sign-up/errors.ts'
import { totpErrors } from '../totp/errors.ts'
import { generalErrors } from './general.ts'

/** Every error that Postern can answer with, by its code. */
export const catalogue = {
  ...authErrors,
  ...userErrors,
  ...signUpErrors,
  ...sessionErrors,
  ...oauthErrors,
  ...passwordErrors,
  ...tokenErrors,
  ...impersonationErrors,
  ...invitationErrors,
  ...mailedCodeErrors,
  ...totpErrors,
  ...passkeyErrors,
  ...fileErrors,
  ...generalErrors,
  ...searchErrors,
  ...eventStreamErrors,
  ...workerErrors,
} as const

export type ErrorCode = keyof typeof catalogue

export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[]
