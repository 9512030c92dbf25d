import type { CallError } from 'postern/client'
import type { BrowserError, PasskeyAnswer } from 'postern/client/passkeys'
import { countDown } from './countdown.ts'
import { about, element } from './elements.ts'
import { type Field, showField } from './field.ts'
import { type Code, fieldSentence, sentenceFor } from './sentences.ts'

type Wish<Name extends string, Data, Refusal extends Code> = {
  readonly fields?: readonly Field<Name>[]
  /** The button's words. */
  readonly submit: string
  /** For screen readers: what exactly, where many buttons have the same words. */
  readonly what?: string
  readonly kind?: 'quiet' | 'danger' | 'provider'
  /** Before the button's words. */
  readonly icon?: Node
  readonly send: (
    values: Readonly<Record<Name, string>>,
    form: HTMLFormElement,
  ) => Promise<PasskeyAnswer<Data, Refusal>>
  readonly done: (data: Data, values: Readonly<Record<Name, string>>, form: HTMLFormElement) => unknown
  /** Refusals that are about one field, and are shown beside it. */
  readonly about?: { readonly [C in Refusal]?: Name }
  /** Refusals that are no dead end: where a person goes on instead of reading a complaint. */
  readonly leads?: { readonly [C in Refusal]?: (values: Readonly<Record<Name, string>>) => unknown }
  /** Whose password is asked for, where the form does not show it: password managers keep the two together. */
  readonly username?: string
  /** How long the button rests once the call was answered well, and whether it begins at rest. */
  readonly rest?: { readonly seconds: number; readonly isFirst: boolean }
}

/** A call that a person makes: its fields, its button, and whatever refuses it in words. */
export function form<const Name extends string, Data, Refusal extends Code>(
  wish: Wish<Name, Data, Refusal>,
): HTMLFormElement {
  const fields = new Map((wish.fields ?? []).map((field) => [field.name as string, showField(field)]))
  const summary = element('p', { class: 'problem summary', role: 'alert' })
  const what = wish.what === undefined ? undefined : about(wish.what)
  const button = element('button', { type: 'submit', class: wish.kind }, wish.icon, wish.submit, what)
  const rest = (): void => wish.rest && countDown(button, wish.rest.seconds, 'wait.resend')
  if (wish.rest?.isFirst) rest()
  const owner =
    wish.username === undefined
      ? undefined
      : element('input', { autocomplete: 'username', value: wish.username, readonly: true, hidden: true })
  const rows = [...fields.values()].map(({ row }) => row)
  // The server says what is wrong, in the same words for everybody: the browser's own bubbles stay away.
  const made = element('form', { novalidate: true }, owner, ...rows, summary, button)

  const leads: NonNullable<typeof wish.leads> = wish.leads ?? {}
  const clear = (): void => {
    summary.textContent = ''
    for (const field of fields.values()) field.complain(undefined)
  }

  const refuse = (error: CallError<Refusal> | BrowserError): void => {
    const rest = new Set<string>()
    const problems = 'fields' in error ? (error.fields ?? []) : []
    for (const problem of problems) {
      const field = fields.get(problem.path.slice(1))
      if (field) field.complain(fieldSentence(problem))
      else rest.add(sentenceFor(error))
    }
    const named = fields.get(wish.about?.[error.code as Refusal] ?? '')
    if (named) named.complain(sentenceFor(error))
    else if (problems.length === 0) rest.add(sentenceFor(error))
    summary.textContent = [...rest].join(' ')
    made.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    if ('retryAfterSeconds' in error && error.retryAfterSeconds) countDown(button, error.retryAfterSeconds)
  }

  made.addEventListener('submit', async (event) => {
    event.preventDefault()
    // Not `disabled`, which would take the focus away.
    if (button.ariaDisabled === 'true') return
    button.ariaDisabled = 'true'
    clear()
    for (const field of fields.values()) field.conceal()
    const read = Object.fromEntries([...fields].map(([name, { input }]) => [name, textOf(input)]))
    const values = read as Record<Name, string>
    const { data, error } = await wish.send(values, made)
    button.ariaDisabled = null
    if (!error) {
      await wish.done(data as Data, values, made)
      rest()
    } else if (error.code in leads) await leads[error.code as Refusal]?.(values)
    else refuse(error)
  })
  return made
}

const textOf = (input: HTMLInputElement): string => (input.type === 'checkbox' && !input.checked ? '' : input.value)
