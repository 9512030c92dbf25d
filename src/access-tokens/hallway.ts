import { accessTokenOpenings } from './opens-account.ts'

export const accessTokenHallway = { openings: accessTokenOpenings }
