import { declaredErrors, type ErrorsDocument } from '../support/declared.ts'
import { withoutRefs } from '../support/openapi.ts'

export type DeclaredAnswer = {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly code: string
}

/** Every error of every operation, as the document declares it. */
export const declaredAnswers = (document: object): readonly DeclaredAnswer[] =>
  declaredErrors(withoutRefs<ErrorsDocument>(document)).map((line) => {
    const [method = '', path = '', status, code = ''] = line.split(' ')
    return { method, path, status: Number(status), code }
  })

/** A URL that meets the route, whatever is asked of it. */
export const urlOf = (path: string): string => path.replace(/\{\w+\}/g, '01890a5d-ac96-774b-bcce-b302099a8057')

/** So many at a time. */
export async function eachInTurns<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const left = all.values()
  const lane = async (): Promise<void> => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

/** Every answer as one line, for a list that is compared as a whole. */
export const lineOf = ({ method, path, status, code }: DeclaredAnswer): string => `${method} ${path} ${status} ${code}`
