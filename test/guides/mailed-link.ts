import { vi } from 'vitest'

/** The newest link to one of the pages under `/account` that was mailed to the address, by the inbox of development. */
export async function mailedLink(postern: string, address: string, page: string): Promise<string> {
  const api = async (path: string) => (await fetch(`${postern}/api/v1/${path}`)).json()
  return vi.waitFor(
    async () => {
      const { messages } = await api(`search?query=to:${address}`)
      const { Text } = await api(`message/${messages[0].ID}`)
      const [link] = new RegExp(`\\S+/account/${page}\\?token=\\S+`).exec(Text) ?? []
      if (link === undefined) throw new Error(`no link to ${page} has been mailed`)
      return link
    },
    { timeout: 15_000, interval: 100 },
  )
}
