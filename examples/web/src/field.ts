import { eitherCode } from './either-code.ts'
import { element } from './elements.ts'
import { reveal } from './reveal.ts'
import { strengthMeter } from './strength.ts'

export type Field<Name extends string> = {
  /** As on the wire, so that what the server says of a field finds it. */
  readonly name: Name
  readonly label: string
  /** `either-code` is a code of the authenticator app or, after a switch, a backup code. */
  readonly type?: 'email' | 'password' | 'search' | 'checkbox' | 'file' | 'either-code'
  readonly autocomplete?: AutoFill | 'nickname'
  readonly inputmode?: 'numeric'
  readonly pattern?: string
  readonly minlength?: number
  /** For what is no prose: nothing is corrected or made a capital. */
  readonly isVerbatim?: boolean
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
  /** A password that is shown is dots again. */
  conceal(): void
}

let count = 0

/** Its label, hint and complaint belong to it for the eye and for screen readers alike. */
export function showField({ label, hint, ...field }: Field<string>): ShownField {
  const id = `field-${++count}`
  const problem = element('p', { id: `${id}-problem`, class: 'problem', hidden: true })
  const hinted = hint === undefined ? undefined : element('p', { id: `${id}-hint`, class: 'hint' }, hint)
  const input = showInput(field, id, hinted !== undefined)
  const caption = element('label', { for: id }, label)
  const revealed = field.type === 'password' ? reveal(input, label) : undefined
  const entry = revealed ? element('div', { class: 'entry' }, input, revealed.button) : input
  const either = hinted && field.type === 'either-code' ? eitherCode({ input, caption, hint: hinted }) : undefined
  const meter = field.autocomplete === 'new-password' ? strengthMeter(input) : undefined
  const isChoice = field.type === 'checkbox'
  const row = element(
    'div',
    { class: isChoice ? 'field choice' : 'field' },
    ...(isChoice ? [input, caption] : [caption, entry]),
    meter,
    hinted,
    problem,
    either,
  )
  const complain = (sentence: string | undefined): void => {
    problem.hidden = sentence === undefined
    problem.textContent = sentence ?? ''
    if (sentence === undefined) input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
  return { row, input, complain, conceal: () => revealed?.conceal() }
}

function showInput(field: Omit<Field<string>, 'label' | 'hint'>, id: string, isHinted: boolean): HTMLInputElement {
  const { name, type, inputmode, pattern, minlength } = field
  const isProse = !field.isVerbatim && (type === undefined || type === 'search') && inputmode === undefined
  const isTyped = type !== 'checkbox' && type !== 'file'
  const verbatim = { autocapitalize: 'none', spellcheck: 'false' }
  return element('input', {
    id,
    name,
    type: type === undefined || type === 'either-code' ? 'text' : type,
    autocomplete: field.autocomplete ?? (isTyped ? 'off' : undefined),
    inputmode,
    pattern,
    minlength: minlength?.toString(),
    value: field.value,
    // What is no prose runs from left to right everywhere, as a password or an address does.
    dir: isTyped ? (isProse ? 'auto' : 'ltr') : undefined,
    accept: field.accept,
    required: !field.isOptional && type !== 'checkbox',
    'aria-describedby': isHinted ? `${id}-hint ${id}-problem` : `${id}-problem`,
    ...(field.isVerbatim || type === 'password' || type === 'either-code' ? verbatim : {}),
  })
}
