import type { PasskeyAnswer } from '../../../client/ask-passkey.ts'
import { askInDialog } from './dialog.ts'
import { element, paragraph, theirs, unseen } from './elements.ts'
import type { Field } from './field.ts'
import { form, type Values } from './form.ts'
import { text } from './language.ts'
import { showAgain } from './places.ts'
import { fresh } from './reauthenticate.ts'
import type { Code } from './sentences.ts'
import { say } from './status.ts'

type Act<Name extends string, Data, Refused extends Code> = {
  /** The words of the button that opens the dialog and of the one that ends it. */
  readonly title: string
  /** For screen readers: to what, where many buttons have the same words. */
  readonly what?: string
  /** What it does and to whom, before it is done. */
  readonly explanation?: string
  readonly fields: readonly Field<Name>[]
  /** For what nothing takes back: the handle, to be typed. */
  readonly confirm?: string
  readonly isDanger?: boolean
  readonly send: (values: Values<Name>) => Promise<PasskeyAnswer<Data, Refused>>
  readonly about?: { readonly [C in Refused]?: Name }
  /** What is said once it is done; the place is then shown anew. */
  readonly said: string
}

/** A button for what changes something, with the dialog that asks for what it needs. */
export function act<const Name extends string, Data, Refused extends Code>(
  wish: Act<Name, Data, Refused>,
): HTMLButtonElement {
  const what = wish.what === undefined ? undefined : unseen(' ', theirs(wish.what))
  const kind = wish.isDanger ? 'warning' : undefined
  return element('button', { type: 'button', class: kind, click: () => void open(wish) }, wish.title, what)
}

async function open<Name extends string, Data, Refused extends Code>(wish: Act<Name, Data, Refused>): Promise<void> {
  const { title, explanation, fields, confirm, isDanger, about } = wish
  const isDone = await askInDialog(title, (done) => [
    ...(explanation === undefined ? [] : [paragraph(explanation)]),
    form<Name | 'confirm', Data, Refused>({
      fields: confirm === undefined ? fields : [...fields, confirmation(confirm)],
      ...(confirm !== undefined && { typed: { name: 'confirm', exactly: confirm } }),
      ...(about && { about }),
      submit: title,
      kind: isDanger ? 'danger' : undefined,
      send: (values) => fresh(() => wish.send(values)),
      done,
    }),
  ])
  if (!isDone) return
  showAgain()
  say(wish.said)
}

/** What the audit log keeps of an act, beside who and when. */
export const why = () =>
  ({ name: 'reason', label: text('act.reason'), kind: 'prose', hint: text('act.reason_hint') }) as const

const confirmation = (handle: string): Field<'confirm'> => ({
  name: 'confirm',
  label: text('act.type_handle', { handle }),
  kind: 'verbatim',
})
