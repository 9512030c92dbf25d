import { join } from 'node:path'
import { installFromPypi } from '../../support/python.ts'

let installed: Promise<string> | undefined

/** The program; installed once, however many ask. */
export const installSchemathesis = async (): Promise<string> => {
  installed ??= installFromPypi('schemathesis', join(import.meta.dirname, 'requirements.txt'))
  return join(await installed, 'schemathesis')
}
