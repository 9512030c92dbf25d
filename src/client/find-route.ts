import { declared, operations } from './api.ts'

export type FoundRoute = { readonly method: string; readonly path: string }

/** The route of the document that the request meets. One that is written out comes before one with a parameter. */
export function findRoute({ method, url }: Pick<Request, 'method' | 'url'>): FoundRoute | undefined {
  const { pathname } = new URL(url)
  const [path] = Object.keys(declared)
    .filter((one) => declared[one]?.[method] !== undefined && patternOf(one).test(pathname))
    .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
  return path === undefined ? undefined : { method, path }
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)

/** Of what a call was told: `POST /v0/auth/login`, by the operation's name or by method and path, and what follows. */
export function takeRoute<Rest extends readonly unknown[]>([first, ...rest]: readonly unknown[]): [string, ...Rest] {
  const named = operations[first as keyof typeof operations]
  return named === undefined
    ? [`${first} ${rest[0]}`, ...(rest.slice(1) as readonly unknown[] as Rest)]
    : [named, ...(rest as readonly unknown[] as Rest)]
}
