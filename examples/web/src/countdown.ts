import { clock, text } from './language.ts'

/**
 * The button says how long it cannot be pressed; what it says else comes back at the end. Quiet for screen readers,
 * unless asked.
 */
export function countDown(
  button: HTMLButtonElement,
  seconds: number,
  words: 'wait.try_again' | 'wait.resend' = 'wait.try_again',
): void {
  const usual = [...button.childNodes]
  const endsAt = performance.now() + seconds * 1000
  let wasShown = false
  button.setAttribute('aria-disabled', 'true')
  const show = (): void => {
    const left = Math.ceil((endsAt - performance.now()) / 1000)
    // It may begin before the button is on the page.
    const isGone = wasShown && !button.isConnected
    wasShown ||= button.isConnected
    if (left > 0 && !isGone) {
      button.textContent = text(words, { time: clock(left) })
      return
    }
    clearInterval(timer)
    button.replaceChildren(...usual)
    button.removeAttribute('aria-disabled')
  }
  const timer = setInterval(show, 250)
  show()
}
