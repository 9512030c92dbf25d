/** `npm run proof` repeats what `npm test` does a few times: chance and races are given as many turns as it takes to trust them. */
export const isProof = process.env.PROOF !== undefined

export const turns = (inTests: number, inProof: number): number => (isProof ? inProof : inTests)

/** Of a long table: all of it in the proof, else every so manieth. */
export const share = <Row>(rows: readonly Row[], one: number): readonly Row[] =>
  isProof ? rows : rows.filter((_, index) => index % one === 0)
