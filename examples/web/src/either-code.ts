import { element } from './elements.ts'

/** Calls up a phone's keypad, and the code that it may offer. */
export const digits = { autocomplete: 'one-time-code', inputmode: 'numeric', pattern: '[0-9]*' } as const

export const app = { label: 'Code from your authenticator app', hint: 'Six digits.' } as const

const kinds = {
  app: { ...app, input: digits, other: 'Use a backup code' },
  backup: {
    label: 'Backup code',
    hint: 'Eight letters and digits from the list you saved.',
    input: { autocomplete: 'off', inputmode: 'text', pattern: '.*' },
    other: 'Use your authenticator app',
  },
} as const

type Parts = { readonly input: HTMLInputElement; readonly caption: HTMLElement; readonly hint: HTMLElement }

/** The switch below a code: a backup code has letters, and a keypad has none. */
export function eitherCode({ input, caption, hint }: Parts): HTMLElement {
  let kind: keyof typeof kinds = 'app'
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
    caption.textContent = kinds[kind].label
    hint.textContent = kinds[kind].hint
    button.textContent = kinds[kind].other
    for (const [name, value] of Object.entries(kinds[kind].input)) input.setAttribute(name, value)
  }
  show()
  return button
}
