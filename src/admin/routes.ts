import type { Deps } from '../deps.ts'
import type { App } from '../http/app.ts'
import { accessRoutes } from './access-routes.ts'
import { accountRoutes } from './account-routes.ts'
import { changeRoutes } from './change-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { resetRoutes } from './reset-routes.ts'
import { consoleSessionRoutes } from './session-routes.ts'

/** The routes of administration that are there with the console alone. */
export function adminRoutes(app: App, deps: Deps): void {
  consoleSessionRoutes(app, deps)
  accessRoutes(app, deps)
  resetRoutes(app, deps)
  changeRoutes(app, deps)
  exportRoutes(app, deps)
  accountRoutes(app, deps)
}
