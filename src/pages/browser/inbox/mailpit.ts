type Address = { readonly Address: string }

/** The part of Mailpit's answers that the page shows. */
export type Summary = {
  readonly ID: string
  readonly Read: boolean
  readonly From: Address
  readonly To: readonly Address[]
  readonly Subject: string
  readonly Snippet: string
  readonly Created: string
}

export type Message = Omit<Summary, 'Read' | 'Snippet' | 'Created'> & {
  readonly Date: string
  readonly Text: string
  readonly HTML: string
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const answer = await fetch(`/api/v1/${path}`, options)
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return answer
}

const send = (method: string, body: object) => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export async function findMails(query: string): Promise<readonly Summary[]> {
  const answer = await ask(`search?${new URLSearchParams({ query })}`)
  return ((await answer.json()) as { messages: readonly Summary[] }).messages
}

export const readMessage = async (id: string): Promise<Message> => (await ask(`message/${id}`)).json()

export const readSource = async (id: string): Promise<string> => (await ask(`message/${id}/raw`)).text()

/** Marks all mails if none is named. */
export const markRead = (...IDs: readonly string[]) => ask('messages', send('PUT', { IDs, Read: true }))

/** Deletes all mails if none is named. */
export const deleteMails = (...IDs: readonly string[]) => ask('messages', send('DELETE', { IDs }))
