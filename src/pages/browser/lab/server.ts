export type Table = {
  readonly routes: readonly { readonly method: string; readonly path: string; readonly codes: readonly string[] }[]
  readonly codes: Readonly<Record<string, { readonly status: number; readonly meaning: string }>>
}

export type Rule = {
  readonly method: string
  readonly route: string
  readonly code: string
  readonly answer?: string
  readonly phase?: string
  readonly times?: number
}

export type State = {
  readonly rules: readonly Rule[]
  readonly answers: readonly { readonly at: string; readonly route: string; readonly outcome: string }[]
}

async function ask(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (response.ok) return response
  const { code, details } = (await response.json()) as { readonly code: string; readonly details?: string }
  throw new Error(details ?? code)
}

const read = async <T>(url: string): Promise<T> => (await ask(url)).json() as Promise<T>

export const readTable = (): Promise<Table> => read('/dev/errors/table')
export const readState = (): Promise<State> => read('/dev/force')

export const setRule = (rule: Rule): Promise<Response> =>
  ask('/dev/force', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  })

/** Removes one route's rule, or all rules if no route is given. */
export const takeBack = (method?: string, route?: string): Promise<Response> =>
  ask(`/dev/force${method && route ? `?${new URLSearchParams({ method, route })}` : ''}`, { method: 'DELETE' })
