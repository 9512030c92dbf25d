import { LRUCache } from 'lru-cache'
import type { Order } from '../../client/order.ts'
import type { ErrorCode } from '../../errors/catalogue.ts'

/** At most one for each route, which declares the code; `times` are those that are left. */
export type Rule = Order & { readonly method: string; readonly path: string; readonly code: ErrorCode }

const mostBrowsers = 100

/** The rules of each browser, found by its cookie. */
export function labRules() {
  const browsers = new LRUCache<string, Map<string, Rule>>({ max: mostBrowsers })
  const keyOf = (method: string, path: string): string => `${method} ${path}`
  return {
    isKnown: (browser: string): boolean => browsers.has(browser),
    of: (browser: string): readonly Rule[] => [...(browsers.get(browser)?.values() ?? [])],
    set(browser: string, rule: Rule): void {
      const rules = browsers.get(browser) ?? new Map<string, Rule>()
      browsers.set(browser, rules.set(keyOf(rule.method, rule.path), rule))
    },
    /** Uses up one of the rule's `times`; after the last, the rule is gone. Returns undefined if there is no rule. */
    take(browser: string, method: string, path: string): Rule | undefined {
      const rules = browsers.get(browser)
      const key = keyOf(method, path)
      const rule = rules?.get(key)
      if (rule?.times === 1) rules?.delete(key)
      else if (rule?.times !== undefined) rules?.set(key, { ...rule, times: rule.times - 1 })
      return rule
    },
    remove: (browser: string, method: string, path: string): void =>
      void browsers.get(browser)?.delete(keyOf(method, path)),
    clear: (browser: string): void => void browsers.delete(browser),
  }
}

export type LabRules = ReturnType<typeof labRules>

const mostHeaders = 1000
const quietMs = 60_000

/**
 * Counts how often a header with `times` was obeyed: by its whole text and the route, until a minute passes without it.
 */
export function headerUses() {
  const counts = new LRUCache<string, number>({ max: mostHeaders, ttl: quietMs, updateAgeOnGet: true })
  return (key: string, times: number): boolean => {
    const used = counts.get(key) ?? 0
    if (used < times) counts.set(key, used + 1)
    return used < times
  }
}
