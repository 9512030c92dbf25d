import type { PasskeyAnswer } from '../../../client/ask-passkey.ts'
import { element, theirs, unseen } from './elements.ts'
import { type Field, type ShownField, showField } from './field.ts'
import { text } from './language.ts'
import { type Code, fieldSentence, type Refusal, refusal } from './sentences.ts'

export type Values<Name extends string> = Readonly<Record<Name, string>>

export type Form<Name extends string, Data, Refused extends Code> = {
  readonly fields?: readonly Field<Name>[]
  /** The button's words. */
  readonly submit: string
  /** For screen readers: what exactly, where many buttons have the same words. */
  readonly what?: string
  readonly kind?: 'quiet' | 'danger' | undefined
  readonly send: (values: Values<Name>) => Promise<PasskeyAnswer<Data, Refused>>
  readonly done: (data: Data, values: Values<Name>) => unknown
  /** Refusals that are about one field, and are shown beside it. */
  readonly about?: { readonly [C in Refused]?: Name }
  /** What must be so before anything is sent: the field, and what it must say. */
  readonly typed?: { readonly name: Name; readonly exactly: string }
  /** Whose password is asked for, where the form does not show it: password managers keep the two together. */
  readonly username?: string
}

/** A call that a person makes: its fields, its button, and whatever refuses it in words. */
export function form<const Name extends string, Data, Refused extends Code>(
  wish: Form<Name, Data, Refused>,
): HTMLFormElement {
  const fields = new Map((wish.fields ?? []).map((field) => [field.name as string, showField(field)]))
  const summary = element('p', { class: 'problem summary', role: 'alert' })
  const what = wish.what === undefined ? undefined : unseen(' ', theirs(wish.what))
  const button = element('button', { type: 'submit', class: wish.kind ?? 'primary' }, wish.submit, what)
  const owner =
    wish.username !== undefined &&
    element('input', { autocomplete: 'username', value: wish.username, readonly: true, hidden: true })
  const rows = [...fields.values()].map(({ row }) => row)
  // The server says what is wrong, in the same words for everybody: the browser's own bubbles stay away.
  const made = element('form', { novalidate: true, class: 'fields' }, owner, ...rows, summary, button)

  const isTyped = (): boolean => {
    const { name, exactly } = wish.typed ?? {}
    const field = fields.get(name ?? '')
    if (field === undefined || exactly === undefined || field.read() === exactly) return true
    field.complain(text('act.type_exactly', { word: exactly }))
    field.input.focus()
    return false
  }

  made.addEventListener('submit', async (event) => {
    event.preventDefault()
    // Not `disabled`, which would take the focus away.
    if (button.ariaDisabled === 'true') return
    summary.replaceChildren()
    for (const field of fields.values()) field.complain()
    if (!isTyped()) return
    button.ariaDisabled = 'true'
    const values = Object.fromEntries([...fields].map(([name, field]) => [name, field.read()])) as Values<Name>
    const { data, error } = await wish.send(values)
    button.ariaDisabled = null
    if (!error) return void (await wish.done(data as Data, values))
    summary.append(...complainAt(fields, error, wish.about))
    made.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  })
  return made
}

/** Beside the fields that it is about; what is about none is given back. */
function complainAt(
  fields: ReadonlyMap<string, ShownField>,
  error: Refusal,
  about: Readonly<Partial<Record<string, string>>> = {},
): readonly (Node | string)[] {
  const words = () => refusal(error).filter((part): part is Node | string => Boolean(part))
  const named = fields.get(about[error.code] ?? '')
  if (named) {
    named.complain(...words())
    return []
  }
  const problems = 'fields' in error ? (error.fields ?? []) : []
  const elsewhere = problems.filter((problem) => {
    const field = fields.get(problem.path.slice(1))
    field?.complain(fieldSentence(problem))
    return field === undefined
  })
  return problems.length === 0 || elsewhere.length > 0 ? words() : []
}
