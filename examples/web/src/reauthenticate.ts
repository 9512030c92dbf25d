import { type PasskeyAnswer, reauthenticateWithPasskey } from 'postern/client/passkeys'
import { api, type Me } from './api.ts'
import { element, paragraph } from './elements.ts'
import { form } from './form.ts'
import { text } from './language.ts'
import type { Code } from './sentences.ts'
import { eitherCode, password } from './usual-fields.ts'

/** Makes the call; where the server wants a recent sign-in for it, asks who is there and makes it once more. */
export async function fresh<Data, Refusal extends Code>(
  call: () => Promise<PasskeyAnswer<Data, Refusal>>,
): Promise<PasskeyAnswer<Data, Refusal>> {
  const answer = await call()
  if (answer.error?.code !== 'user:reauthentication_required') return answer
  return (await proveAgain()) ? call() : answer
}

/** False where the person thought better of it, or has nothing to prove it with. */
async function proveAgain(): Promise<boolean> {
  const { data: me } = await api.GET('/v0/user/me')
  const proofs = me ? proofsOf(me) : []
  if (proofs.length === 0) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const dialog = element('dialog', {
    'aria-labelledby': 'again',
    close: () => resolve(dialog.returnValue === 'proven'),
  })
  dialog.append(
    element('h2', { id: 'again' }, text('again.title')),
    paragraph(text('again.why')),
    ...proofs.map((proof) => proof(() => dialog.close('proven'))),
    element('button', { type: 'button', class: 'quiet', click: () => dialog.close() }, text('action.cancel')),
  )
  document.body.append(dialog)
  dialog.showModal()
  const isProven = await promise
  dialog.remove()
  return isProven
}

type Proof = (done: () => void) => HTMLFormElement

/** What the account has to prove it with: a passkey first, as it takes a touch. */
function proofsOf({ passkeys, has_password, totp_enabled, email }: Me): readonly Proof[] {
  const passkey = passkeys > 0 ? [passkeyForm] : []
  if (has_password) return [...passkey, (done) => passwordForm(email, done)]
  return totp_enabled ? [...passkey, codeForm] : passkey
}

const passkeyForm: Proof = (done) =>
  form({ submit: text('action.use_passkey'), send: () => reauthenticateWithPasskey(api), done })

const passwordForm = (username: string, done: () => void): HTMLFormElement =>
  form({
    fields: [password('password', text('field.password'))],
    username,
    submit: text('action.confirm'),
    send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
    about: { 'password:incorrect': 'password' },
    done,
  })

const codeForm = (done: () => void): HTMLFormElement =>
  form({
    fields: [eitherCode('code')],
    submit: text('action.confirm'),
    send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
    about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
    done,
  })
