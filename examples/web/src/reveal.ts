import { about, element } from './elements.ts'
import { text } from './language.ts'

/** The switch beside a password: shows what is typed until it is switched back or sent. */
export function reveal(input: HTMLInputElement, label: string): { button: HTMLElement; conceal(): void } {
  const toggle = (): void => set(input.type === 'password')
  const button = element('button', { type: 'button', class: 'quiet', 'aria-controls': input.id, click: toggle })
  const set = (isShown: boolean): void => {
    input.type = isShown ? 'text' : 'password'
    button.replaceChildren(text(isShown ? 'action.hide' : 'action.show'), about(label))
  }
  set(false)
  return { button, conceal: () => set(false) }
}
