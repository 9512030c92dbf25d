export const oauthEvents = ['oauth_linked', 'oauth_unlinked'] as const
