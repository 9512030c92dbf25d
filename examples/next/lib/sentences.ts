// lib/sentences.ts
import { type ErrorOf, type FieldProblem, isOurSide, type OurSide } from 'postern/client'

type Failure = ErrorOf<'signUp' | 'signIn' | 'signOut' | 'verifyEmail' | 'verifyDevice' | 'verifyTotp'>

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
  'auth:invalid_credentials': 'This address and password do not belong together.',
  'email:already_verified': 'This address is verified already. Please sign in.',
  'email:code_token_expired': deadCode,
  'email:domain_not_allowed': 'Accounts cannot be created with an address of this domain.',
  'email:invalid_code': 'This code is not right. Please enter the one in the newest mail.',
  'email:invalid_code_token': deadCode,
  'general:bad_request': check,
  'general:validation_error': check,
  'session:expired': signedOut,
  'session:invalid_user_id': signedOut,
  'session:not_found': signedOut,
  'token:email_mismatch': deadLink,
  'token:expired_verification': deadLink,
  'token:invalid_device_verify': deadLink,
  'token:invalid_verification': deadLink,
  'totp:backup_code_exhausted': 'All backup codes are used up. Please enter a code from your app.',
  'totp:invalid_code': 'This code is not right. Please enter the newest one from your app.',
  'totp:temp_token_expired': startAgain,
  'totp:temp_token_invalid': startAgain,
  'turnstile:token_missing': notRobot,
  'turnstile:verification_failed': notRobot,
  'user:banned': 'This account is closed.',
  'user:email_already_exists': 'This address has an account already. Please sign in.',
  'user:handle_already_exists': 'Somebody else has this handle. Please choose another.',
  'user:invalid_session': signedOut,
  'user:invalid_token': signedOut,
  'user:not_verified': 'Please open the link in the mail that we sent you when you signed up.',
  'user:sign_up_closed': 'Accounts cannot be created here.',
  'user:unauthorized': signedOut,
}

export function explain(error: Failure): string {
  if (isOurSide(error)) return 'That did not work, and it is not your fault. Please try again in a moment.'
  const { code, fields = [] } = error
  return code === 'general:validation_error' ? fields.map(ruleOf).join(' ') : sentences[code]
}

/** The server names the field, its rule and the number in it, so that no number stands here. */
function ruleOf({ path, rule, limit }: FieldProblem): string {
  const field = path.slice(1).replace('display_name', 'name')
  if (rule === 'min_length') return `The ${field} needs at least ${limit} characters.`
  if (rule === 'max_length') return `The ${field} has room for ${limit} characters.`
  return `Please choose another ${field}.`
}
