import { api } from './api.ts'
import { app, digits } from './either-code.ts'
import type { Field } from './field.ts'

// What several screens ask for, each as password managers and phones know it.

/** To a password manager this is the name of the account. */
export const email = { name: 'email', label: 'Email address', type: 'email', autocomplete: 'username' } as const

/** Not `username`: a password manager would keep it in place of the address. */
export const handle = {
  name: 'handle',
  label: 'Handle',
  autocomplete: 'nickname',
  isVerbatim: true,
  hint: '4 to 15 letters, digits or underscores.',
} as const

export const displayName = { name: 'display_name', label: 'Name', autocomplete: 'name' } as const

export const password = <const Name extends string>(name: Name, label: string) =>
  ({ name, label, type: 'password', autocomplete: 'current-password' }) as const satisfies Field<Name>

const advice = 'A few random words are easy to remember and hard to guess.'

/** The server says how long it must be, and what else it must be once it is sent. */
export async function newPassword<const Name extends string>(name: Name, label: string): Promise<Field<Name>> {
  const field = { name, label, type: 'password', autocomplete: 'new-password' } as const
  const { data } = await api.GET('/v0/auth/password-rules')
  if (data === undefined) return { ...field, hint: advice }
  return { ...field, minlength: data.min_length, hint: `At least ${data.min_length} characters. ${advice}` }
}

export const appCode = { name: 'code', ...app, ...digits } as const

/** Phones offer what has just arrived, and a pasted `123 456` is as good as what is typed. */
export const mailedCode = {
  name: 'code',
  label: 'Code from the email',
  hint: 'Six digits.',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
} as const

export const eitherCode = <const Name extends string>(name: Name) =>
  ({ ...appCode, name, type: 'either-code' }) as const satisfies Field<Name>
