export const signInEvents = ['login_succeeded', 'login_failed', 'attempts_forgiven', 'device_added'] as const
