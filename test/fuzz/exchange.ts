/** A request as it was sent, and what came back. Names of headers are in lower case. */
export type Exchange = {
  readonly method: string
  /** As it stood on the request line. */
  readonly target: string
  readonly sent: Headers
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export const headerText = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return value === undefined ? undefined : typeof value === 'string' ? value : value.join(', ')
}

/** `401 user:unauthorized`, or only the status of what is no error. */
export const outcomeOf = ({ status, headers }: Pick<Exchange, 'status' | 'headers'>): string =>
  [status, headerText(headers, 'x-error-code') ?? []].flat().join(' ')

/** Of a JSON body; `undefined` where it is none. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
