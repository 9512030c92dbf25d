export const accessTokenEvents = ['refresh_reuse_detected'] as const
