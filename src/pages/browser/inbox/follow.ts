import { byId } from './element.ts'

/**
 * A mail's link opens where a person expects it: in the tab of the application that has opened the inbox, else in this
 * one. With a key or the middle button held the browser does what it always does.
 */
export function follow(event: Event): void {
  const { ctrlKey, metaKey, shiftKey, button } = event as MouseEvent
  if (ctrlKey || metaKey || shiftKey || button !== 0) return
  // An element of the frame is no instance of this window's classes.
  const href = (event.target as Element).closest('a')?.href ?? ''
  if (!/^https?:/.test(href) || !URL.canParse(href)) return
  event.preventDefault()
  const place = openerOfOurs() ?? window
  place.location.href = href
  if (place === window) return
  place.focus()
  byId('status').textContent = 'Opened in the tab that this inbox was opened from.'
}

/** Any site can have opened the inbox: of another's tab not even the address can be read, and it is left alone. */
function openerOfOurs(): Window | undefined {
  const opener = window.opener as Window | null
  try {
    return opener?.location.origin === location.origin && !opener.closed ? opener : undefined
  } catch {
    return undefined
  }
}
