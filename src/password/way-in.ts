import type { WaysIn } from '../sign-in/way-in.ts'

export const passwordWayIn: WaysIn = async (_tx, _config, { hasPassword }) => (hasPassword ? ['password'] : [])
