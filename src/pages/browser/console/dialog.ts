import { element } from './elements.ts'
import { text } from './language.ts'

let count = 0

/** Resolves to whether it was closed by `done`, and not by Escape or its button. */
export async function askInDialog(
  title: string,
  content: (done: () => void) => readonly Node[],
  leave: string = text('action.cancel'),
): Promise<boolean> {
  const id = `dialog-${++count}`
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const dialog = element('dialog', {
    'aria-labelledby': id,
    close: () => resolve(dialog.returnValue === 'done'),
  })
  dialog.append(
    element('h2', { id }, title),
    ...content(() => dialog.close('done')),
    element('button', { type: 'button', class: 'quiet', click: () => dialog.close() }, leave),
  )
  document.body.append(dialog)
  dialog.showModal()
  const isDone = await promise
  dialog.remove()
  return isDone
}
