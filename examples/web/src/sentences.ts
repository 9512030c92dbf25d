import type { CallError, ClientError, CodeOf, FieldProblem, Method, PathOf } from 'postern/client'

type ServerCode = { [M in Method]: { [P in PathOf<M>]: CodeOf<M, P> }[PathOf<M>] }[Method]

/** Everything that a call of any route can end in but data. */
export type Code = ServerCode | ClientError['code']

const ownFault = 'Something is wrong on our side. Please try again in a moment.'
const signedOut = 'You are signed out. Please sign in again.'
const mailLater = 'The mail is delayed. It is on its way as soon as our mail server answers; you need not ask again.'
const providerFailed = 'The other service did not answer as it should. Please try again.'
const robot = 'We could not tell that you are no robot. Please reload the page and try again.'

/** What a person is told. Total: a code without its sentence does not compile, nor does a sentence without its code. */
export const sentences: Readonly<Record<Code, string>> = {
  'auth:invalid_credentials': 'E-mail address and password do not belong together.',
  'user:not_verified': 'Your address is not verified yet. Please open the link that we mailed to you.',
  'user:invalid_password': 'That is not your password.',
  'password:incorrect': 'That is not your password.',
  'user:password_not_set': 'Your account has no password yet. Set one under Security first.',
  'user:unauthorized': 'Please sign in first.',
  'user:invalid_session': signedOut,
  'session:not_found': signedOut,
  'session:invalid_user_id': 'This account no longer exists.',
  'session:expired': 'You were away for long, so you have been signed out. Please sign in again.',
  'user:reauthentication_required':
    'This needs a recent sign-in. Try again and confirm that it is you, or sign out and in again.',
  'user:banned': 'This account is suspended.',
  'user:not_found': 'There is no such account.',
  'user:handle_already_exists': 'This handle is taken. Please choose another one.',
  'user:email_already_exists': 'Another account has this address.',
  'user:invalid_token': 'This step is no longer valid. Please start again.',
  'user:token_expired': 'That took too long. Please start again.',
  'user:no_refresh_token': signedOut,
  'user:cannot_manage_self': 'You are the last administrator: make somebody else one first.',

  'email:already_verified': 'This address is verified already. You can sign in.',
  'token:invalid_verification': 'This link no longer works. Perhaps a newer one was mailed to you.',
  'token:expired_verification': 'This link is too old. Ask for a new one.',
  'token:email_mismatch': 'This link was mailed to another address.',
  'token:invalid_reset': 'This link has been used, or a newer one was mailed to you.',
  'token:expired_reset': 'This link is too old. Ask for a new one.',
  'token:invalid_email_change': 'This link has been used, is too old, or a newer one was mailed to you.',
  'token:invalid_device_verify': 'This link has been used or is too old. Sign in again to get a new one.',
  'token:invalid_account_deletion': 'This link has been used or is too old. Your account is still there.',

  'password:required_for_update': 'Please enter your current password.',
  'password:new_password_missing': 'Please choose a new password.',
  'password:cannot_update_oauth_only': 'Your account has no password yet. Reload the page to set one.',
  'password:already_set': 'Your account has a password already. Reload the page to change it.',

  'totp:invalid_code': 'This code is not right. Codes change every 30 seconds, and each works once.',
  'totp:backup_code_exhausted': 'All your backup codes are used up. Please use your authenticator app.',
  'totp:temp_token_invalid': 'This sign-in is over, perhaps after too many wrong codes. Please start again.',
  'totp:temp_token_expired': 'That took too long. Please sign in again.',
  'totp:already_enabled': 'Two-step sign-in is on already.',
  'totp:not_enabled': 'Two-step sign-in is off.',
  'totp:secret_generation_failed': ownFault,
  'totp:qr_generation_failed': 'Your address is too long for a QR code that telephones can read.',

  'oauth:provider_not_found': 'This service is not available here.',
  'oauth:invalid_state': 'This sign-in was begun in another browser, or is used already. Please start again.',
  'oauth:state_expired': 'That took too long. Please start again.',
  'oauth:token_exchange_failed': providerFailed,
  'oauth:user_info_fetch_failed': providerFailed,
  'oauth:user_info_parse_failed': providerFailed,
  'oauth:invalid_auth_url': providerFailed,
  'oauth:invalid_token_url': providerFailed,
  'oauth:invalid_id_token': providerFailed,
  'oauth:invalid_redirect_url': 'We cannot send you there after the sign-in.',
  'oauth:invalid_image_url': 'The other service has no picture of you that we can take.',
  'oauth:email_already_exists':
    'You have an account with this address. Sign in with your password, then connect the service under Security.',
  'oauth:email_not_verified': 'The other service has not verified your address. Please do that there first.',
  'oauth:account_already_linked': 'This account of the other service is connected already.',
  'oauth:connection_not_found': 'Your account is not connected to this service.',
  'oauth:cannot_unlink_last_connection': 'This is your only way to sign in. Set a password first.',
  'oauth:handle_required': 'Please choose a handle.',

  'file:upload_error': 'This picture cannot be read. Please choose a JPEG, PNG, GIF or WebP.',
  'file:unsupported_type': 'Pictures of this type are not taken. Please choose a JPEG, PNG, GIF or WebP.',
  'file:not_found': 'There is no picture.',
  'file:read_error': 'The picture cannot be shown at the moment.',
  FILE_TOO_LARGE: 'This is too large. Pictures may have up to 4 MB.',

  'rate_limit:exceeded': 'That was too often in a short time. Please wait a moment.',
  'turnstile:token_missing': robot,
  'turnstile:verification_failed': robot,
  'turnstile:service_error': 'The check for robots does not answer. Please try again in a moment.',
  FORBIDDEN: 'This browser is signed in to another account, or another site sent this. Please sign out first.',
  'general:bad_request': 'Something is missing. Please check what you entered.',
  'general:validation_error': 'Please check what you entered.',
  'general:invalid_ip_address': ownFault,

  'worker:connection_failed': mailLater,
  'worker:response_invalid': mailLater,
  'worker:verification_email_send_failed': mailLater,
  'worker:password_reset_email_send_failed': mailLater,
  'meilisearch:query_failed': 'The search does not work at the moment.',
  'eventstream:publish_failed': 'Nothing was changed, as it could not be made known. Please try again.',
  'system:internal_error': ownFault,
  'system:hashing_error': 'Your password cannot be checked at the moment. Please ask for a new one.',
  'system:not_found': 'This is no longer there.',
  'system:transaction_error': 'Somebody else was changing the same. Please try again.',
  'system:database_error': ownFault,
  'system:token_creation_error': ownFault,

  'user:permission_insufficient': 'Your account may not do this.',
  'user:second_factor_required':
    'For this, sign in again with a code of your authenticator app, a day after you set it up or once an operator has confirmed it.',
  'user:cannot_manage_higher_or_equal_role': 'You may not do this to that account.',
  'user:already_banned': 'This account is suspended already.',
  'user:not_banned': 'This account is not suspended.',
  'user:already_has_role': 'The account has this role already.',
  'user:does_not_have_role': 'The account does not have this role.',

  'client:unknown_code': 'The server refused in a way that this page does not know yet. Please reload it.',
  'client:unreadable_answer': 'Something between you and us gave a strange answer. Please try again.',
  'client:unreachable': 'There is no connection. Please check your network and try again.',
  'client:timeout': 'There was no answer in time. Please look whether it has happened before you try again.',
  'client:aborted': 'This was stopped.',
}

export const sentenceFor = ({ code }: CallError<Code>): string => sentences[code]

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
      return `The least is ${limit}.`
    case 'max':
      return `The most is ${limit}.`
    case 'format':
      return 'This does not look right. Please check the spelling.'
    case 'charset':
      return 'It has characters that cannot be used here.'
    case 'reserved':
      return 'This name is reserved. Please choose another one.'
    case 'blank':
      return 'There must be something to see in it.'
    case 'common':
      return 'Many people use this password, so it is the first to be guessed. Please choose another one.'
    case 'personal':
      return 'This is your name or address, so it is easily guessed. Please choose another one.'
    case 'unchanged':
      return 'It is the same as before.'
    case 'taken':
      return 'Somebody else has it already.'
    case 'one_of':
      return `Possible are: ${values?.join(', ')}.`
    default:
      return 'This cannot be used here.'
  }
}
