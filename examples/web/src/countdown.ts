/** The button says how long it cannot be pressed; its own words come back at the end. Quiet for screen readers, unless asked. */
export function countDown(button: HTMLButtonElement, seconds: number): void {
  const words = button.textContent
  const endsAt = performance.now() + seconds * 1000
  button.setAttribute('aria-disabled', 'true')
  const show = (): void => {
    const left = Math.ceil((endsAt - performance.now()) / 1000)
    if (left > 0 && button.isConnected) {
      button.textContent = `Try again in ${clock(left)}`
      return
    }
    clearInterval(timer)
    button.textContent = words
    button.removeAttribute('aria-disabled')
  }
  const timer = setInterval(show, 250)
  show()
}

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
