import { element } from './elements.ts'
import { text } from './language.ts'

/** Calls up a phone's keypad, and the code that it may offer. */
export const digits = { autocomplete: 'one-time-code', inputmode: 'numeric', pattern: '[0-9]*' } as const

export const app = () => ({ label: text('field.app_code'), hint: text('field.code_hint') })

const kinds = () => ({
  app: { ...app(), input: digits, other: text('field.use_backup_code') },
  backup: {
    label: text('field.backup_code'),
    hint: text('field.backup_code_hint'),
    input: { autocomplete: 'off', inputmode: 'text', pattern: '.*' },
    other: text('field.use_app'),
  },
})

type Parts = { readonly input: HTMLInputElement; readonly caption: HTMLElement; readonly hint: HTMLElement }

/** The switch below a code: a backup code has letters, and a keypad has none. */
export function eitherCode({ input, caption, hint }: Parts): HTMLElement {
  let kind: 'app' | 'backup' = 'app'
  const button = element('button', {
    type: 'button',
    class: 'link',
    click: () => {
      kind = kind === 'app' ? 'backup' : 'app'
      show()
      input.value = ''
      input.focus()
    },
  })
  const show = (): void => {
    const { label, hint: advice, input: attributes, other } = kinds()[kind]
    caption.textContent = label
    hint.textContent = advice
    button.textContent = other
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value)
  }
  show()
  return button
}
