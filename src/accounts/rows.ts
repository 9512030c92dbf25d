import type { Rows } from '../db/rows.ts'

export const handleRows: Rows = {
  otherwise: { handles: "a handle is never somebody else's" },
}
