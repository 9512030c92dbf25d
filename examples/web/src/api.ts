import { createClient, type DataOf } from 'postern/client'

/** In an app of your own: the origin of the server, its PUBLIC_URL. Here it serves the page, too. */
export const api = createClient({ baseUrl: location.origin })

export type Me = DataOf<'GET', '/v0/user/me'>
