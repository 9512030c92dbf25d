export const sessionEvents = ['logout', 'session_revoked', 'device_forgotten'] as const
