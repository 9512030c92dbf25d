/** Takes 24 MB and a fifth of a second: loaded where the first passkey comes, and not before. */
export const loadWebauthn = () => import('@simplewebauthn/server')

export const loadWebauthnParts = () => import('@simplewebauthn/server/helpers')
