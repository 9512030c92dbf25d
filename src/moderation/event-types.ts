export const moderationEvents = ['role_granted', 'role_revoked', 'banned', 'unbanned'] as const
