import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { presentImages } from './image-url.ts'
import { roles } from './roles.ts'

export const me = z
  .object({
    id: z.uuid(),
    email: z.string(),
    handle: z.string(),
    display_name: z.string(),
    bio: z.string().optional(),
    locale: z.string().optional().meta({ description: 'the language of its mails, BCP 47' }),
    time_zone: z.string().optional().meta({ description: 'for the times in its mails' }),
    profile_image: z.url().optional(),
    banner_image: z.url().optional(),
    roles: z.array(z.enum(roles)).optional().meta({ description: 'the highest first' }),
    is_banned: z.boolean(),
    banned_until: z.iso.datetime().optional(),
    ban_reason: z.string().optional(),
    has_password: z.boolean(),
    totp_enabled: z.boolean(),
    passkeys: z.int().meta({ description: 'how many the account has' }),
    created_at: z.iso.datetime(),
    impersonated_by: z
      .object({
        id: z.uuid(),
        read_only: z.boolean().meta({ description: 'whether what changes something is refused' }),
        ends_at: z.iso.datetime(),
      })
      .optional()
      .meta({ description: 'present if an administrator is in the account: show it all the time' }),
  })
  .meta({ id: 'User', description: 'An account as its owner sees it' })

export const presentMe = (
  config: Pick<Config, 'publicUrl'>,
  { user, impersonation }: Pick<SignedIn, 'user' | 'impersonation'>,
): z.infer<typeof me> => ({
  id: user.id,
  email: user.email,
  handle: user.handle,
  display_name: user.displayName,
  bio: user.bio ?? undefined,
  locale: user.locale ?? undefined,
  time_zone: user.timeZone ?? undefined,
  ...presentImages(config, user),
  roles: user.roles.length > 0 ? [...user.roles] : undefined,
  is_banned: user.isBanned,
  banned_until: user.isBanned ? user.bannedUntil?.toISOString() : undefined,
  ban_reason: user.isBanned ? (user.banReason ?? undefined) : undefined,
  has_password: user.hasPassword,
  totp_enabled: user.totpEnabled,
  passkeys: user.passkeys,
  created_at: user.createdAt.toISOString(),
  impersonated_by: impersonation && {
    id: impersonation.by,
    read_only: impersonation.readOnly,
    ends_at: new Date(impersonation.until).toISOString(),
  },
})
