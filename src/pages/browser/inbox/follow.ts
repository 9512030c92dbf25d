import { byId } from './element.ts'

/**
 * Opens a mail's link in the tab of the application that opened the inbox, else in this one. With a modifier key or the
 * middle button the browser does what it always does.
 */
export function follow(event: Event): void {
  const { ctrlKey, metaKey, shiftKey, button } = event as MouseEvent
  if (ctrlKey || metaKey || shiftKey || button !== 0) return
  // An element of the frame is not an instance of this window's classes.
  const href = (event.target as Element).closest('a')?.href ?? ''
  if (!/^https?:/.test(href) || !URL.canParse(href)) return
  event.preventDefault()
  const place = openerOfOurs() ?? window
  place.location.href = href
  if (place === window) return
  place.focus()
  byId('status').textContent = 'Opened in the tab that this inbox was opened from.'
}

/**
 * The tab that opened the inbox. Returns undefined if that is another site's: any site can open the inbox, and reading
 * the address of such a tab throws.
 */
function openerOfOurs(): Window | undefined {
  const opener = window.opener as Window | null
  try {
    return opener?.location.origin === location.origin && !opener.closed ? opener : undefined
  } catch {
    return undefined
  }
}
