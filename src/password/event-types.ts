export const passwordEvents = [
  'password_changed',
  'password_set',
  'password_reset_requested',
  'password_reset',
] as const
