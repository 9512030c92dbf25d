import { z } from 'zod'
import type { App } from '../app.ts'
import { signedInUser } from '../http/credential.ts'
import type { SignedIn } from '../sessions/resolve.ts'

const me = z.object({
  id: z.uuid(),
  email: z.string(),
  handle: z.string(),
  display_name: z.string(),
  is_banned: z.boolean(),
  banned_until: z.iso.datetime().optional(),
  ban_reason: z.string().optional(),
  has_password: z.boolean(),
  totp_enabled: z.boolean(),
  created_at: z.iso.datetime(),
})

export function userRoutes(app: App): void {
  app.route({
    method: 'GET',
    url: '/v0/user/me',
    // Front-end servers ask for many users from one address.
    config: { access: 'session', limit: 'none' },
    schema: { summary: 'The signed-in account', tags: ['account'], response: { 200: me } },
    handler: async (request) => presentMe(signedInUser(request).user),
  })
}

const presentMe = (user: SignedIn['user']): z.infer<typeof me> => ({
  id: user.id,
  email: user.email,
  handle: user.handle,
  display_name: user.displayName,
  is_banned: user.isBanned,
  ...(user.isBanned && user.bannedUntil && { banned_until: user.bannedUntil.toISOString() }),
  ...(user.isBanned && user.banReason !== null && { ban_reason: user.banReason }),
  has_password: user.hasPassword,
  totp_enabled: user.totpEnabled,
  created_at: user.createdAt.toISOString(),
})
