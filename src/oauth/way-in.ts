import { findWorkingConnections } from '../accounts/connections.ts'
import { ownIssuers } from '../config/own-providers.ts'
import type { WaysIn } from '../sign-in/way-in.ts'

export const wayInOf = (identityId: string): string => `connection ${identityId}`

export const connectionWaysIn: WaysIn = async (tx, config, { id }) =>
  (await findWorkingConnections(tx, ownIssuers(config), id)).map((connection) => wayInOf(connection.id))
