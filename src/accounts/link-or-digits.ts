import { ruledText } from '../http/validation.ts'
import { mailedToken } from './fields.ts'

export const codeToken = ruledText({ meta: { description: 'From the answer that began it' } })

/** The fields of a body that has either the token of a mailed link or the digits beside it. */
export const linkOrDigits = {
  token: mailedToken.optional(),
  code_token: codeToken.optional(),
  code: ruledText({ mayBeEmpty: true, meta: { description: 'The six digits of the mail' } }).optional(),
}

export const linkOrDigitsForms = [['token'], ['code_token', 'code']] as const

type Body = { readonly [Name in keyof typeof linkOrDigits]?: string | undefined } & {
  readonly email?: string | undefined
}

export type Link = { readonly token: string; readonly email: string | undefined }
export type Digits = { readonly codeToken: string; readonly code: string }

/** Reads a body of either form. */
export const readLinkOrDigits = ({ token, email, code_token: codeToken = '', code = '' }: Body): Link | Digits =>
  token === undefined ? { codeToken, code } : { token, email }
