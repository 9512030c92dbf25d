// What this browser keeps. With its storage switched off it keeps nothing: even to look at `localStorage` throws.

const browser = () => localStorage
/** Over the way to another site and back, in this tab alone. */
const tab = () => sessionStorage

/** Whether it is kept from one visit to the next. */
export const keep = (place: string, value: string): boolean => keepIn(browser, place, value)
export const recall = (place: string): string | undefined => recallFrom(browser, place)

export const keepInTab = (place: string, value: string): boolean => keepIn(tab, place, value)
export const recallFromTab = (place: string): string | undefined => recallFrom(tab, place)

function keepIn(store: () => Storage, place: string, value: string): boolean {
  try {
    store().setItem(place, value)
    return true
  } catch {
    return false
  }
}

function recallFrom(store: () => Storage, place: string): string | undefined {
  try {
    return store().getItem(place) ?? undefined
  } catch {
    return undefined
  }
}
