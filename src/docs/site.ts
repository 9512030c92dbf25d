import type { RouteOptions } from 'fastify'
import type { Config } from '../config/config.ts'
import { errorCodes } from '../errors/catalogue.ts'
import type { ErrorStyle } from '../errors/document.ts'
import type { Messages } from '../messages/messages.ts'
import { etagOf } from '../pages/etag.ts'
import { html } from '../pages/html.ts'
import { version } from '../process/version.ts'
import { type Guides, openGuides } from './guides.ts'
import { type ApiDocument, operationsOf } from './operations.ts'
import { errorPage, errorPlace, errorsPage, routePlace } from './pages/errors.ts'
import { guidesPage } from './pages/guides.ts'
import { missingPage } from './pages/missing.ts'
import { routePage, routesPage } from './pages/routes.ts'
import { startPage } from './pages/start.ts'
import { type Frame, type Shown, shell } from './shell.ts'

type Made = { readonly body: string; readonly etag: string }

export type Site = {
  /** Renders a page at its first request. Returns undefined if there is no such page. */
  pageAt(place: string): Made | undefined
  /** Renders the page that stands where there is none. */
  missing(): string
}

type Sources = {
  readonly config: Config
  readonly messages: Messages
  readonly document: ApiDocument
  readonly routes: readonly RouteOptions[]
  readonly hasInbox: boolean
}

/** Production shows what the API says about itself, but not how this server is set up or how to run one. */
export function openSite({ config, messages, document, routes, hasInbox }: Sources): Site {
  const isProduction = config.appEnv === 'production'
  const guides: Guides = isProduction ? { groups: [], render: () => undefined } : openGuides()
  const operations = operationsOf(document, routes)
  const components = document.components?.schemas ?? {}
  const style: ErrorStyle = { publicUrl: config.publicUrl, withDetails: config.appEnv === 'development' }
  const about = { components, showsPolicy: !isProduction, canForce: !isProduction }

  const pages = new Map<string, () => Shown>([
    ['/docs', () => startPage({ config, version, codes: errorCodes.length, operations: operations.length, hasInbox })],
    ['/docs/errors', () => errorsPage(operations)],
    ['/docs/routes', () => routesPage(operations, document.tags ?? [])],
  ])
  const canForce = !isProduction
  for (const code of errorCodes) {
    pages.set(errorPlace(code), () => errorPage(code, { operations, style, canForce, languages: messages.offered() }))
  }
  for (const operation of operations) pages.set(routePlace(operation), () => routePage(operation, about))
  if (guides.groups.length > 0) pages.set('/docs/guides', () => guidesPage(guides.groups))
  for (const { name, place } of guides.groups.flatMap((group) => group.guides)) {
    pages.set(place, () => guides.render(name) ?? { title: name, body: html`` })
  }

  const frame: Frame = { version, guides: guides.groups, places: placesOf(isProduction, hasInbox) }
  const made = new Map<string, Made>()
  let missing: string | undefined
  return {
    pageAt(place) {
      const make = pages.get(place)
      if (make === undefined) return undefined
      const known = made.get(place)
      if (known !== undefined) return known
      const body = shell(frame, place, make()).markup
      const fresh = { body, etag: etagOf(body) }
      made.set(place, fresh)
      return fresh
    },
    missing() {
      missing ??= shell(frame, '', missingPage(operations, guides.groups)).markup
      return missing
    },
  }
}

function placesOf(isProduction: boolean, hasInbox: boolean): Frame['places'] {
  if (isProduction) return []
  return [
    ['/dev/app', 'Example'],
    ...(hasInbox ? [['/dev/inbox', 'Inbox'] as const] : []),
    ['/dev/errors', 'Error lab'],
  ]
}
