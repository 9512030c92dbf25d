import { element } from './elements.ts'

export type Field<Name extends string> = {
  /** As on the wire, so that what the server says of a field finds it. */
  readonly name: Name
  readonly label: string
  readonly type?: 'email' | 'password' | 'search' | 'checkbox' | 'file'
  readonly autocomplete?: AutoFill
  readonly hint?: string
  readonly value?: string | undefined
  readonly isOptional?: boolean
  /** Of type `file`: what may be chosen. */
  readonly accept?: string
}

export type ShownField = {
  readonly row: HTMLElement
  readonly input: HTMLInputElement
  /** The sentence beside the field; none where there is nothing to complain about. */
  complain(sentence: string | undefined): void
}

let count = 0

/** Its label, hint and complaint belong to it for the eye and for screen readers alike. */
export function showField({ name, label, type, hint, ...field }: Field<string>): ShownField {
  const id = `field-${++count}`
  const isShown = hint !== undefined
  const problem = element('p', { id: `${id}-problem`, class: 'problem', hidden: true })
  const input = element('input', {
    id,
    name,
    type: type ?? 'text',
    autocomplete: field.autocomplete ?? (type === 'checkbox' || type === 'file' ? undefined : 'off'),
    value: field.value,
    accept: field.accept,
    required: !field.isOptional && type !== 'checkbox',
    'aria-describedby': isShown ? `${id}-hint ${id}-problem` : `${id}-problem`,
    ...(name === 'code' || name === 'totp_code' || name === 'handle'
      ? { autocapitalize: 'none', spellcheck: 'false' }
      : {}),
  })
  const caption = element('label', { for: id }, label)
  const row = element(
    'div',
    { class: type === 'checkbox' ? 'field choice' : 'field' },
    ...(type === 'checkbox' ? [input, caption] : [caption, input]),
    isShown ? element('p', { id: `${id}-hint`, class: 'hint' }, hint) : undefined,
    problem,
  )
  const complain = (sentence: string | undefined): void => {
    problem.hidden = sentence === undefined
    problem.textContent = sentence ?? ''
    if (sentence === undefined) input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
  return { row, input, complain }
}
