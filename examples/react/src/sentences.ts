// src/sentences.ts
import { type ErrorOf, isOurSide, type OurSide } from 'postern/client'

type Failure = ErrorOf<
  | 'signUp'
  | 'verifyEmail'
  | 'signIn'
  | 'verifyDevice'
  | 'verifyTotp'
  | 'forgotPassword'
  | 'resetPassword'
  | 'listSessions'
  | 'endSession'
  | 'setUpTotp'
  | 'enableTotp'
  | 'signOut'
>

const check = 'Please check what you entered.'
const reload = 'Please reload the page, and try again.'
const signedOut = 'You have been signed out. Please sign in again.'
const deadLink = 'This link is no longer good. Please ask for a new one.'
const deadCode = 'This code is no longer good. Please ask for a new one.'
const startAgain = 'That took too long. Please sign in again.'
const notRobot = 'Please confirm that you are not a robot.'

/** Take a line away, and the compiler names the code that has no sentence. */
const sentences: Readonly<Record<Exclude<Failure, OurSide>['code'], string>> = {
  FILE_TOO_LARGE: reload,
  FORBIDDEN: reload,
  'general:bad_request': check,
  'general:validation_error': check,
  'auth:invalid_credentials': 'This address and password do not belong together.',
  'email:already_verified': 'This address is verified already. Please sign in.',
  'email:code_token_expired': deadCode,
  'email:domain_not_allowed': 'Accounts cannot be created with an address of this domain.',
  'email:invalid_code': 'This code is not right. Please enter the one in the newest mail.',
  'email:invalid_code_token': deadCode,
  'password:new_password_missing': 'Please enter a new password.',
  'session:expired': signedOut,
  'session:invalid_user_id': signedOut,
  'session:not_found': signedOut,
  'system:not_found': 'This session has ended already.',
  'token:email_mismatch': deadLink,
  'token:expired_reset': deadLink,
  'token:expired_verification': deadLink,
  'token:invalid_device_verify': deadLink,
  'token:invalid_reset': deadLink,
  'token:invalid_verification': deadLink,
  'totp:already_enabled': 'Two-step sign-in is on already.',
  'totp:backup_code_exhausted': 'All backup codes are used up. Please enter a code from your app.',
  'totp:invalid_code': 'This code is not right. Please enter the newest one from your app.',
  'totp:not_enabled': 'Please begin again with the picture.',
  'totp:temp_token_expired': startAgain,
  'totp:temp_token_invalid': startAgain,
  'turnstile:token_missing': notRobot,
  'turnstile:verification_failed': notRobot,
  'user:banned': 'This account is closed.',
  'user:email_already_exists': 'This address has an account already. Please sign in.',
  'user:handle_already_exists': 'Somebody else has this handle. Please choose another.',
  'user:impersonated': 'This is somebody else’s account: you are only looking at it.',
  'user:invalid_session': signedOut,
  'user:invalid_token': signedOut,
  'user:not_verified': 'Please open the link in the mail that we sent you when you signed up.',
  'user:reauthentication_required': 'For this, please sign out and in again first.',
  'user:sign_up_closed': 'Accounts cannot be created here.',
  'user:unauthorized': signedOut,
}

export const explain = (error: Failure): string =>
  isOurSide(error)
    ? 'That did not work, and it is not your fault. Please try again in a moment.'
    : sentences[error.code]

/** What a field says, by the rule that it broke. */
const rules: Readonly<Record<string, string>> = {
  required: 'Please fill this in.',
  taken: 'Somebody else has this already.',
  common: 'This password is one of the first that are tried. Please choose another.',
  personal: 'Please choose a password without your name or address.',
  charset: 'Please use letters, digits and _ only.',
  format: 'This does not look right.',
}

export function explainField({ rule, limit }: { readonly rule: string; readonly limit?: number }): string {
  if (rule === 'min_length') return `Please use at least ${limit} characters.`
  if (rule === 'max_length') return `Please use at most ${limit} characters.`
  return rules[rule] ?? 'Please choose something else.'
}
