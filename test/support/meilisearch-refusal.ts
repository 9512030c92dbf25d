/** An error as Meilisearch words it, of a request or of a task. */
export class Refusal extends Error {
  readonly status: number
  readonly body: { readonly message: string; readonly code: string; readonly type: string; readonly link: string }
  constructor(code: string, message: string, { status = 400, type = 'invalid_request' } = {}) {
    super(message)
    this.status = status
    this.body = { message, code, type, link: `https://docs.meilisearch.com/errors#${code}` }
  }
}

export const missing = (index: string): Refusal =>
  new Refusal('index_not_found', `Index \`${index}\` not found.`, { status: 404 })
