/** What this browser keeps from one visit to the next. With its storage switched off it keeps nothing, and says so. */
export function keep(place: string, value: string): boolean {
  try {
    localStorage.setItem(place, value)
    return true
  } catch {
    return false
  }
}

export function recall(place: string): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined
  } catch {
    return undefined
  }
}
