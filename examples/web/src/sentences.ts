import type { CallError, ClientError, CodeOf, FieldProblem, Method, PathOf } from 'postern/client'
import type { BrowserError } from 'postern/client/passkeys'

type ServerCode = { [M in Method]: { [P in PathOf<M>]: CodeOf<M, P> }[PathOf<M>] }[Method]

/** Everything that a call of any route can end in but data. */
export type Code = ServerCode | ClientError['code'] | BrowserError['code']

const ownFault = 'Something went wrong on our side. Please try again in a moment.'
const signedOut = 'You have been signed out. Please sign in again.'
const mailLater = 'Our email is delayed. We will send it as soon as we can, so there is no need to ask again.'
const providerFailed = 'Something went wrong at the other service. Please try again.'
const robot = 'We could not check that you are human. Please reload the page and try again.'

/** What a person is told. Total: a code without its sentence does not compile, nor does a sentence without its code. */
export const sentences: Readonly<Record<Code, string>> = {
  'auth:invalid_credentials': 'Wrong email address or password.',
  'user:not_verified': 'Your email address is not verified yet. Open the link we sent you, or ask for a new one.',
  'user:invalid_password': 'Wrong password.',
  'password:incorrect': 'Wrong password.',
  'user:password_not_set': 'Your account has no password yet. Set one under Security first.',
  'user:unauthorized': 'Please sign in first.',
  'user:invalid_session': signedOut,
  'session:not_found': signedOut,
  'session:invalid_user_id': 'This account no longer exists.',
  'session:expired': 'You were signed out because you were away for a while. Please sign in again.',
  'user:reauthentication_required':
    'You signed in a while ago. Try again and confirm it’s you, or sign out and back in.',
  'user:banned': 'This account has been suspended.',
  'user:not_found': 'This account does not exist.',
  'user:handle_already_exists': 'This handle is taken. Please choose another.',
  'user:email_already_exists': 'This address belongs to another account.',
  'user:invalid_token': 'This step has expired. Please start again.',
  'user:token_expired': 'That took too long. Please start again.',
  'user:no_refresh_token': signedOut,
  'user:cannot_manage_self': 'You are the only administrator. Make someone else an administrator first.',

  'email:already_verified': 'This address is already verified. You can sign in.',
  'email:invalid_code': 'Wrong code. Use the one in the newest email; older ones no longer work.',
  'email:invalid_code_token': 'This code no longer works. Please ask for a new one.',
  'email:code_token_expired': 'This code has expired. Please ask for a new one.',
  'token:invalid_sign_in': 'This link has already been used, or there is a newer one in your inbox.',
  'token:expired_sign_in': 'This link has expired. Please ask for a new one.',
  'token:invalid_verification': 'This link no longer works. There may be a newer one in your inbox.',
  'token:expired_verification': 'This link has expired. Please ask for a new one.',
  'token:email_mismatch': 'This link was sent to a different address.',
  'token:invalid_reset': 'This link has already been used, or there is a newer one in your inbox.',
  'token:expired_reset': 'This link has expired. Please ask for a new one.',
  'token:invalid_email_change': 'This link has expired, has already been used, or was replaced by a newer one.',
  'token:invalid_device_verify': 'This link has expired or has already been used. Sign in again to get a new one.',
  'token:invalid_account_deletion':
    'This link has expired or has already been used. Your account has not been deleted.',

  'password:required_for_update': 'Please enter your current password.',
  'password:new_password_missing': 'Please choose a new password.',
  'password:cannot_update_oauth_only': 'Your account has no password yet. Reload the page to set one.',
  'password:check_unavailable':
    'We cannot check right now whether this password is safe to use. Please try again in a moment.',
  'password:already_set': 'Your account already has a password. Reload the page to change it.',

  'totp:invalid_code': 'Wrong code. Codes change every 30 seconds, and each works only once.',
  'totp:backup_code_exhausted': 'You have used all your backup codes. Please use your authenticator app.',
  'totp:temp_token_invalid': 'This sign-in has ended, perhaps after too many wrong codes. Please start again.',
  'totp:temp_token_expired': 'That took too long. Please sign in again.',
  'totp:already_enabled': 'Two-step sign-in is already on.',
  'totp:not_enabled': 'Two-step sign-in is off.',
  'totp:secret_generation_failed': ownFault,
  'totp:qr_generation_failed': 'Your address is too long for a QR code that phones can read.',

  'passkey:invalid_challenge':
    'This request was started in another browser, or has already been used. Please try again.',
  'passkey:challenge_expired': 'That took too long. Please try again.',
  'passkey:unknown_credential': 'This passkey was deleted. Please sign in another way.',
  'passkey:invalid_assertion': 'This passkey did not work here. Please try again or sign in another way.',
  'passkey:invalid_registration': 'This passkey could not be saved. Please try again.',
  'passkey:already_registered': 'This passkey is already saved.',
  'passkey:limit_reached': 'You have as many passkeys as an account can have. Delete one that you no longer use.',
  'passkey:not_registered': 'Your account has no passkey yet.',
  'passkey:last_login_method': 'This is your only way to sign in. Set a password first.',

  'oauth:provider_not_found': 'This service is not available here.',
  'oauth:invalid_state': 'This sign-in was started in another browser, or has already been used. Please start again.',
  'oauth:state_expired': 'That took too long. Please start again.',
  'oauth:token_exchange_failed': providerFailed,
  'oauth:user_info_fetch_failed': providerFailed,
  'oauth:user_info_parse_failed': providerFailed,
  'oauth:invalid_auth_url': providerFailed,
  'oauth:invalid_token_url': providerFailed,
  'oauth:invalid_id_token': providerFailed,
  'oauth:invalid_redirect_url': 'We cannot send you to that page after sign-in.',
  'oauth:invalid_image_url': 'We cannot use the picture from the other service.',
  'oauth:email_already_exists':
    'You already have an account with this address. Sign in with your password, then connect the service under Security.',
  'oauth:email_not_verified': 'The other service has not verified your email address. Please verify it there first.',
  'oauth:account_already_linked': 'This account at the other service is already connected.',
  'oauth:connection_not_found': 'Your account is not connected to this service.',
  'oauth:cannot_unlink_last_connection': 'This is your only way to sign in. Set a password first.',
  'oauth:handle_required': 'Please choose a handle.',

  'file:upload_error': 'We could not read this picture. Please choose a JPEG, PNG, GIF or WebP file.',
  'file:unsupported_type': 'We cannot use this type of file. Please choose a JPEG, PNG, GIF or WebP file.',
  'file:not_found': 'There is no picture here.',
  'file:read_error': 'We cannot show this picture right now.',
  FILE_TOO_LARGE: 'This is too large to send. Pictures can be up to 4 MB.',

  'rate_limit:exceeded': 'Too many attempts. Please wait a moment and try again.',
  'turnstile:token_missing': robot,
  'turnstile:verification_failed': robot,
  'turnstile:service_error': 'We could not check that you are human. Please try again in a moment.',
  FORBIDDEN:
    'This request came from another site, or you are signed in to a different account here. Sign out and try again.',
  'general:bad_request': 'Something is missing. Please check what you entered.',
  'general:validation_error': 'Please check what you entered.',
  'general:invalid_ip_address': ownFault,

  'worker:connection_failed': mailLater,
  'worker:response_invalid': mailLater,
  'worker:verification_email_send_failed': mailLater,
  'worker:password_reset_email_send_failed': mailLater,
  'meilisearch:query_failed': 'Search is not available right now. Please try again in a moment.',
  'eventstream:publish_failed': 'Nothing was changed, because of a problem on our side. Please try again.',
  'system:internal_error': ownFault,
  'system:hashing_error': 'We cannot check your password right now. Please reset it.',
  'system:not_found': 'This no longer exists.',
  'system:transaction_error': 'Someone else was changing this at the same time. Please try again.',
  'system:database_error': ownFault,
  'system:token_creation_error': ownFault,

  'user:permission_insufficient': 'You do not have permission to do this.',
  'user:second_factor_required':
    'To do this, sign in again with a code from an authenticator app that you set up at least a day ago.',
  'user:cannot_manage_higher_or_equal_role': 'You do not have permission to do this to that account.',
  'user:already_banned': 'This account is already suspended.',
  'user:not_banned': 'This account is not suspended.',
  'user:already_has_role': 'This account already has that role.',
  'user:does_not_have_role': 'This account does not have that role.',

  'client:unknown_code': 'The server gave an answer that this page does not know yet. Please reload the page.',
  'client:unreadable_answer': 'Something between you and our server got in the way. Please try again.',
  'client:unreachable': 'We cannot reach the server. Please check your connection and try again.',
  'client:timeout': 'The server took too long to answer. Please check whether it worked before you try again.',
  'client:aborted': 'This was cancelled.',

  // Whoever closes a dialog knows.
  'browser:closed': '',
  'browser:already_registered': 'There is already a passkey for your account on this device.',
  'browser:unsupported': 'This browser cannot use passkeys here.',
  'browser:failed': 'Passkeys do not work on this page. Please sign in another way.',
}

export const sentenceFor = ({ code }: CallError<Code> | BrowserError): string => sentences[code]

/** A newer server may name rules that are not here. */
export function fieldSentence({ rule, limit, values }: FieldProblem): string {
  switch (rule) {
    case 'required':
      return 'Please fill this in.'
    case 'min_length':
      return `Please use at least ${limit} characters.`
    case 'max_length':
      return `Please use at most ${limit} characters.`
    case 'min':
      return `Please enter ${limit} or more.`
    case 'max':
      return `Please enter ${limit} or less.`
    case 'format':
      return 'This does not look right. Please check for typos.'
    case 'charset':
      return 'This contains a character that is not allowed.'
    case 'reserved':
      return 'This name is reserved. Please choose another.'
    case 'blank':
      return 'Please enter at least one visible character.'
    case 'common':
      return 'Many people use this password, so it is easy to guess. Please choose another.'
    case 'breached':
      return 'This password is known from a data leak, so it is easy to guess. Please choose another.'
    case 'personal':
      return 'This is too close to your name or address, so it is easy to guess. Please choose another.'
    case 'unchanged':
      return 'This is the same as before.'
    case 'taken':
      return 'This is already taken.'
    case 'one_of':
      return `Please choose one of: ${values?.join(', ')}.`
    default:
      return 'This is not allowed here. Please try something else.'
  }
}
