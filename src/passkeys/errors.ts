import type { ErrorTable } from '../errors/table.ts'

export const passkeyErrors = {
  'passkey:invalid_challenge': {
    status: 400,
    title: 'Invalid passkey challenge',
    description: 'the challenge was not made here, is spent, or is of another purpose, browser, session or sign-in',
    meaning: 'The passkey answered a challenge that is not good here, or not any more; nothing was done.',
    advice: 'Ask for new options and begin anew, in the same browser. Post every answer once.',
  },
  'passkey:challenge_expired': {
    status: 400,
    title: 'Expired passkey challenge',
    description: 'the challenge is older than its lifetime',
    meaning: 'The passkey answered later than expires_at of the options.',
    advice: 'Ask for new options. Where they wait for autofill, abort and ask again shortly before expires_at.',
  },
  'passkey:unknown_credential': {
    status: 401,
    title: 'Unknown passkey',
    description: 'the server has never had that passkey, or it was deleted',
    meaning: 'The passkey opens no account here: it was deleted, or the server never had it.',
    advice: 'Call PublicKeyCredential.signalUnknownCredential, so that it is offered no more; offer another way in.',
  },
  'passkey:invalid_assertion': {
    status: 401,
    title: 'Passkey not accepted',
    description:
      'signature, origin, relying party, type, cross-origin, user handle, missing user verification, a changed ' +
      'backup eligibility, or the counter of a key that is bound to its device; also the passkey of another account',
    meaning: 'The answer of the passkey does not hold here. The passkey itself may be good.',
    advice: 'Try again or offer another way in; never signal that the passkey is unknown.',
  },
  'passkey:invalid_registration': {
    status: 400,
    title: 'Passkey not accepted for registration',
    description:
      'origin, relying party, type, cross-origin, missing user verification, an algorithm that was not offered, or ' +
      'a key that is none',
    meaning: 'The new passkey was not registered; the authenticator may have kept it.',
    advice: 'Call PublicKeyCredential.signalUnknownCredential with its id, then ask for new options and try again.',
  },
  'passkey:already_registered': {
    status: 409,
    title: 'Passkey already registered',
    description: 'a passkey with that credential id exists, on any account',
    meaning: 'Nothing was registered: the server has that passkey already.',
    advice: 'Reload the list of passkeys. At InvalidStateError of the browser say that this device has one.',
  },
  'passkey:limit_reached': {
    status: 409,
    title: 'Too many passkeys',
    description: 'the account has 20 passkeys',
    meaning: 'An account has twenty passkeys at most, and this one has them.',
    advice: 'Show the list and let the user delete one that is no longer used.',
  },
  'passkey:not_registered': {
    status: 400,
    title: 'No passkey on this account',
    description: 'a passkey is asked for where the account has none that works here',
    meaning: 'The account has no passkey that could answer.',
    advice: 'Offer another way: `methods` of the sign-in, or `passkeys` of GET /v0/user/me, say what there is.',
  },
  'passkey:last_login_method': {
    status: 400,
    title: 'Last login method',
    description: 'it is the only way to sign in: no password, no connection and no other passkey',
    meaning: 'The passkey stays: without it nobody could sign in to this account any more.',
    advice: 'Let the user set a password, link a provider or register another passkey first.',
  },
} as const satisfies ErrorTable<'passkey'>
