import type { Answer } from 'postern/client'
import { api } from './api.ts'
import { element, paragraph } from './elements.ts'
import { form } from './form.ts'
import type { Code } from './sentences.ts'

/** Makes the call; where the server wants a recent sign-in for it, asks who is there and makes it once more. */
export async function fresh<Data, Refusal extends Code>(
  call: () => Promise<Answer<Data, Refusal>>,
): Promise<Answer<Data, Refusal>> {
  const answer = await call()
  if (answer.error?.code !== 'user:reauthentication_required') return answer
  return (await proveAgain()) ? call() : answer
}

/** False where the person thought better of it, or has nothing to prove it with. */
async function proveAgain(): Promise<boolean> {
  const { data: me } = await api.GET('/v0/user/me')
  if (!me?.has_password && !me?.totp_enabled) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const dialog = element('dialog', {
    'aria-labelledby': 'again',
    close: () => resolve(dialog.returnValue === 'proven'),
  })
  const proven = (): void => dialog.close('proven')
  dialog.append(
    element('h2', { id: 'again' }, 'Is it you?'),
    paragraph('This needs a recent sign-in.'),
    me.has_password ? passwordForm(proven) : codeForm(proven),
    element('button', { type: 'button', class: 'quiet', click: () => dialog.close() }, 'Not now'),
  )
  document.body.append(dialog)
  dialog.showModal()
  const isProven = await promise
  dialog.remove()
  return isProven
}

const passwordForm = (done: () => void): HTMLFormElement =>
  form({
    fields: [{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }],
    submit: 'Confirm',
    send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
    about: { 'password:incorrect': 'password' },
    done,
  })

const codeForm = (done: () => void): HTMLFormElement =>
  form({
    fields: [{ name: 'code', label: 'Code of your authenticator app', autocomplete: 'one-time-code' }],
    submit: 'Confirm',
    send: (body) => api.POST('/v0/auth/reauthenticate', { body }),
    about: { 'totp:invalid_code': 'code' },
    done,
  })
