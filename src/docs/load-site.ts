import type { RouteOptions } from 'fastify'
import type { Config } from '../config/config.ts'
import type { App } from '../http/app.ts'
import type { Messages } from '../messages/messages.ts'
import { once } from '../waiting/once.ts'
import { documentOf } from './operations.ts'
import type { Site } from './site.ts'

export type LoadSite = () => Promise<Site>

type About = {
  readonly config: Config
  readonly messages: Messages
  readonly routes: readonly RouteOptions[]
  readonly hasInbox: boolean
}

/** Loads the site at the first call, so that a server whose pages nobody reads does not hold them in memory. */
export const siteLoader = (app: App, about: About): LoadSite =>
  once(async () => {
    const { openSite } = await import('./site.ts')
    return openSite({ ...about, document: documentOf(app) })
  })
