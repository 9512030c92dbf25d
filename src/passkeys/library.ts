import { once } from '../waiting/once.ts'

/** Loaded with the first registration and not at start, as it takes 24 MB and 200 ms. */
export const loadWebauthn = once(() => import('@simplewebauthn/server'))

export const loadWebauthnParts = once(() => import('@simplewebauthn/server/helpers'))
