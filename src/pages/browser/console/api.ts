import { createClient, type DataOf } from '../../../client/client.ts'

const signedOut = 'signed-out'

/** A console session ends after half an hour without a request, and when the role is taken away. */
export const onSignedOut = (act: () => void): void => addEventListener(signedOut, act)

export const whoIsIn = '/v0/admin/me'

/** What a screen asks for; whether somebody is in at all is asked before. */
const isOfScreen = ({ method, url }: Request): boolean => {
  const { pathname } = new URL(url)
  return method === 'GET' && pathname.startsWith('/v0/admin/') && pathname !== whoIsIn
}

export const api = createClient({
  baseUrl: location.origin,
  fetch: async (request) => {
    const response = await fetch(request)
    if (response.status === 401 && isOfScreen(request)) dispatchEvent(new Event(signedOut))
    return response
  },
})

/** Who the console is open for. */
export type Operator = DataOf<'GET', typeof whoIsIn>
