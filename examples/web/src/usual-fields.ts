import { api } from './api.ts'
import { app, digits } from './either-code.ts'
import type { Field } from './field.ts'
import { text } from './language.ts'

// What several screens ask for, each as password managers and phones know it.

/** To a password manager this is the name of the account. */
export const email = () =>
  ({ name: 'email', label: text('field.email'), type: 'email', autocomplete: 'username' }) as const

/** Not `username`: a password manager would keep it in place of the address. */
export const handle = () =>
  ({
    name: 'handle',
    label: text('field.handle'),
    autocomplete: 'nickname',
    isVerbatim: true,
    hint: text('field.handle_hint'),
  }) as const

export const displayName = () => ({ name: 'display_name', label: text('field.name'), autocomplete: 'name' }) as const

export const password = <const Name extends string>(name: Name, label: string) =>
  ({ name, label, type: 'password', autocomplete: 'current-password' }) as const satisfies Field<Name>

/** The server says how long it must be, and what else it must be once it is sent. */
export async function newPassword<const Name extends string>(name: Name, label: string): Promise<Field<Name>> {
  const field = { name, label, type: 'password', autocomplete: 'new-password' } as const
  const { data } = await api.GET('/v0/auth/password-rules')
  if (data === undefined) return { ...field, hint: text('field.password_advice') }
  return { ...field, minlength: data.min_length, hint: text('field.password_hint', { count: data.min_length }) }
}

export const appCode = () => ({ name: 'code', ...app(), ...digits }) as const

/** Phones offer what has just arrived, and a pasted `123 456` is as good as what is typed. */
export const mailedCode = () =>
  ({
    name: 'code',
    label: text('field.mailed_code'),
    hint: text('field.code_hint'),
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
  }) as const

export const rememberMe = () => ({ name: 'remember_me', label: text('field.remember_me'), type: 'checkbox' }) as const

export const eitherCode = <const Name extends string>(name: Name) =>
  ({ ...appCode(), name, type: 'either-code' }) as const satisfies Field<Name>
