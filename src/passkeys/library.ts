/** Loaded with the first passkey and not at start, as it takes 24 MB and 200 ms. */
export const loadWebauthn = () => import('@simplewebauthn/server')

export const loadWebauthnParts = () => import('@simplewebauthn/server/helpers')
