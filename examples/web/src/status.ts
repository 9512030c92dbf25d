/** Good news, also for who does not look: the line is announced when its text changes. It stays until the next place, so go there first. */
export function say(text: string): void {
  const line = document.getElementById('status')
  if (line) line.textContent = text
}
