/** What this browser keeps from one visit to the next; with its storage switched off, nothing. */
export function keep(place: string, value: string): void {
  try {
    localStorage.setItem(place, value)
  } catch {
    // It then holds until the page is left.
  }
}

export function recall(place: string): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined
  } catch {
    return undefined
  }
}
