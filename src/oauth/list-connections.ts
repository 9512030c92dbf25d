import { z } from 'zod'
import { findConnections } from '../accounts/connections.ts'
import type { Database } from '../db/database.ts'

export const connectionList = z.object({
  connections: z.array(z.object({ provider: z.string(), email: z.string().optional(), created_at: z.iso.datetime() })),
})

/** The providers that open the account, oldest connection first. */
export async function listConnections(db: Database, { user }: { readonly user: { readonly id: string } }) {
  const rows = await findConnections(db, user.id)
  return rows.map(({ slug, email, createdAt }) => ({
    provider: slug,
    ...(email !== null && { email }),
    created_at: createdAt.toISOString(),
  }))
}
