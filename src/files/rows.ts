import type { Rows } from '../db/rows.ts'

export const fileRows: Rows = {
  otherwise: { files: 'deleted with their bytes, by accounts/drop-image.ts' },
}
