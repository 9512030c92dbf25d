import { inConsole } from '../admin/support.ts'
import type { TestApp } from '../support/app.ts'

export const administrator = (app: TestApp) => inConsole(app, 'admin')
export const moderator = (app: TestApp) => inConsole(app, 'mod')

type Page = { readonly data: readonly Readonly<Record<string, unknown>>[]; readonly next_cursor?: string }

/** Every page of a list, one after the other. */
export async function pagesOf(client: { get(url: string): Promise<{ readonly body: unknown }> }, url: string) {
  const pages: Page['data'][] = []
  for (let cursor: string | undefined; pages.length === 0 || cursor !== undefined; ) {
    const { body } = (await client.get(cursor ? `${url}&cursor=${cursor}` : url)) as { body: Page }
    pages.push(body.data)
    cursor = body.next_cursor
  }
  return pages
}
