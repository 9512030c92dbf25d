type Schema = { readonly properties?: { readonly code?: { readonly enum?: readonly string[] } } }
type Response = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
type Operation = { readonly responses: Readonly<Record<string, Response>> }

/** As much of an OpenAPI document as says who answers with which code. */
export type ErrorsDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

export const operationsOf = ({ paths }: ErrorsDocument): readonly (readonly [name: string, Operation])[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  )

export const codesOf = ({ content }: Response): readonly string[] =>
  content?.['application/json']?.schema?.properties?.code?.enum ?? []

/** `POST /v0/auth/login 401 auth:invalid_credentials`, for every code of every operation. */
export const declaredErrors = (document: ErrorsDocument): readonly string[] =>
  operationsOf(document).flatMap(([operation, { responses }]) =>
    Object.entries(responses).flatMap(([status, response]) =>
      codesOf(response).map((code) => `${operation} ${status} ${code}`),
    ),
  )

/** The beginning of a line of `declaredErrors`. */
export const operationOf = (line: string): string => line.split(' ', 2).join(' ')

/** Damage and locks can be met by any route, so they are proven where the published list names them. */
const provenByExample: Readonly<Record<string, readonly string[]>> = {
  'system:internal_error': ['POST /v0/auth/signup'],
  'system:transaction_error': [],
}

/** That it is declared here needs no answer of its own in a run. */
export const isProvenByExample = (line: string): boolean => {
  const examples = provenByExample[line.split(' ').at(-1) ?? '']
  return examples !== undefined && !examples.includes(operationOf(line))
}
