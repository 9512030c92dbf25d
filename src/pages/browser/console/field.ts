import { element } from './elements.ts'

type Option = { readonly value: string; readonly word: string }

export type Field<Name extends string> = {
  /** As on the wire, so that what the server says of a field finds it. */
  readonly name: Name
  readonly label: string
  readonly kind?: 'email' | 'password' | 'search' | 'datetime-local' | 'checkbox' | 'prose' | 'verbatim'
  /** What may be chosen from. */
  readonly options?: readonly Option[]
  readonly autocomplete?: AutoFill
  readonly hint?: string
  readonly value?: string
  readonly isOptional?: boolean
}

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

export type ShownField = {
  readonly row: HTMLElement
  readonly read: () => string
  readonly input: Input
  /** The sentence beside the field; none where there is nothing to complain about. */
  readonly complain: (...sentence: readonly (Node | string)[]) => void
}

let count = 0

/** Its label, hint and complaint belong to it for the eye and for screen readers alike. */
export function showField(field: Field<string>): ShownField {
  const id = `field-${++count}`
  const problem = element('p', { id: `${id}-problem`, class: 'problem', hidden: true })
  const hint = field.hint && element('p', { id: `${id}-hint`, class: 'hint' }, field.hint)
  const input = showInput(field, id)
  if (hint) input.setAttribute('aria-describedby', `${hint.id} ${problem.id}`)
  const label = element('label', { for: id }, field.label)
  const isChoice = field.kind === 'checkbox'
  const row = element(
    'div',
    { class: isChoice ? 'field choice' : 'field' },
    ...(isChoice ? [input, label] : [label, input]),
    hint || undefined,
    problem,
  )
  const complain: ShownField['complain'] = (...sentence) => {
    problem.hidden = sentence.length === 0
    problem.replaceChildren(...sentence)
    if (sentence.length === 0) input.removeAttribute('aria-invalid')
    else input.setAttribute('aria-invalid', 'true')
  }
  const read = (): string => (input instanceof HTMLInputElement && isChoice && !input.checked ? '' : input.value)
  return { row, read, input, complain }
}

function showInput({ name, kind, options, autocomplete = 'off', value, isOptional }: Field<string>, id: string): Input {
  const shared = { id, name, required: !isOptional && kind !== 'checkbox', 'aria-describedby': `${id}-problem` }
  if (options) {
    const choices = options.map((one) =>
      element('option', { value: one.value, selected: one.value === value }, one.word),
    )
    return element('select', shared, ...choices)
  }
  if (kind === 'prose') return element('textarea', { ...shared, rows: 3, dir: 'auto' }, value)
  const isProse = kind === undefined || kind === 'search'
  return element('input', {
    ...shared,
    type: kind === undefined || kind === 'verbatim' ? 'text' : kind,
    autocomplete,
    value,
    // What is no prose runs from left to right everywhere, as a password or an address does.
    dir: kind === 'checkbox' ? undefined : isProse ? 'auto' : 'ltr',
    ...(isProse ? {} : { autocapitalize: 'none', spellcheck: 'false' }),
  })
}
