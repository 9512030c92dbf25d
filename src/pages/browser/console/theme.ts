import { keep, recall } from './memory.ts'

/** Without a choice the page follows the system. */
export const themes = ['system', 'light', 'dark'] as const

const place = 'postern:theme'

export const theme = (): string => document.documentElement.dataset.theme ?? 'system'

export function chooseTheme(chosen: string): void {
  keep(place, chosen)
  show(chosen)
}

function show(chosen: string): void {
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
  else delete document.documentElement.dataset.theme
}

show(recall(place) ?? '')
