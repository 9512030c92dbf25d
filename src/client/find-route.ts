import { declared, operations } from './api.ts'

export type FoundRoute = { readonly method: string; readonly path: string }

/**
 * Finds the documented route of a request; a literal path is preferred to one with parameters. Returns undefined if
 * there is none.
 */
export function findRoute({ method, url }: Pick<Request, 'method' | 'url'>): FoundRoute | undefined {
  const { pathname } = new URL(url)
  const [path] = Object.keys(declared)
    .filter((one) => declared[one]?.[method] !== undefined && patternOf(one).test(pathname))
    .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
  return path === undefined ? undefined : { method, path }
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)

/**
 * Reads the route from a call's arguments, an operation's name or a method and a path; gives it as `POST
 * /v0/auth/login`, then the other arguments.
 */
export function takeRoute<Rest extends readonly unknown[]>([first, ...rest]: readonly unknown[]): [string, ...Rest] {
  const named = operations[first as keyof typeof operations]
  return named === undefined
    ? [`${first} ${rest[0]}`, ...(rest.slice(1) as readonly unknown[] as Rest)]
    : [named, ...(rest as readonly unknown[] as Rest)]
}
