import type { DataOf } from '../../../client/client.ts'
import { reauthenticateWithPasskey } from '../../../client/passkeys.ts'
import { api } from './api.ts'
import { form } from './form.ts'
import { text } from './language.ts'

export type Account = DataOf<'GET', '/v0/user/me'>

type Proof = 'passkey' | 'password' | 'code'

/** What the account has of these, as forms in their order; each proves it to the session of the sign-in. */
export const proofForms = (account: Account, wanted: readonly Proof[], done: () => void): readonly HTMLFormElement[] =>
  wanted.filter((proof) => isHeld(account, proof)).map((proof) => forms[proof](account, done))

function isHeld({ passkeys, has_password, totp_enabled }: Account, proof: Proof): boolean {
  if (proof === 'passkey') return passkeys > 0
  return proof === 'password' ? has_password : totp_enabled
}

const forms: Readonly<Record<Proof, (account: Account, done: () => void) => HTMLFormElement>> = {
  passkey: (_account, done) =>
    form({ submit: text('sign_in.passkey'), send: () => reauthenticateWithPasskey(api), done }),
  password: ({ email }, done) =>
    form({
      fields: [
        { name: 'password', label: text('sign_in.password'), kind: 'password', autocomplete: 'current-password' },
      ],
      username: email,
      submit: text('action.confirm'),
      send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
      about: { 'password:incorrect': 'password' },
      done,
    }),
  code: (_account, done) =>
    form({
      fields: [codeField()],
      submit: text('action.confirm'),
      send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
      about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
      done,
    }),
}

export const codeField = () =>
  ({
    name: 'code',
    label: text('sign_in.code'),
    hint: text('sign_in.code_hint'),
    kind: 'verbatim',
    autocomplete: 'one-time-code',
  }) as const
