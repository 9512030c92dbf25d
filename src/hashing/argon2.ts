/**
 * Two libraries that make and verify the same PHC strings: the reference, and one that takes half the time but needs a
 * binary for the platform.
 */
export type Argon2 = {
  readonly name: string
  hash(password: string, cost: Argon2Cost): Promise<string>
  verify(phc: string, password: string): Promise<boolean>
}

export type Argon2Cost = { readonly memoryKib: number; readonly timeCost: number }

type Configured = { readonly argon2MemoryKib: number; readonly argon2TimeCost: number }

/** The cost of the server's own hashes. */
export const hashCostOf = ({ argon2MemoryKib: memoryKib, argon2TimeCost: timeCost }: Configured): Argon2Cost => ({
  memoryKib,
  timeCost,
})

const parallelism = 1
/** The library's Algorithm.Argon2id, an ambient enum that type stripping cannot import. */
const argon2id = 2

export async function loadArgon2(): Promise<Argon2> {
  return (await loadNodeRs()) ?? (await loadReference())
}

export async function loadNodeRs(): Promise<Argon2 | undefined> {
  try {
    const { hash, verify } = await import('@node-rs/argon2')
    return {
      name: '@node-rs/argon2',
      hash: (password, { memoryKib, timeCost }) =>
        hash(password, { algorithm: argon2id, memoryCost: memoryKib, timeCost, parallelism, outputLen: 32 }),
      verify: (phc, password) => verify(phc, password),
    }
  } catch {
    // An optional dependency: on platforms without a binary it is missing, and the reference is used.
    return undefined
  }
}

export async function loadReference(): Promise<Argon2> {
  const { default: argon2 } = await import('argon2')
  return {
    name: 'argon2',
    hash: (password, { memoryKib, timeCost }) =>
      argon2.hash(password, { type: argon2.argon2id, memoryCost: memoryKib, timeCost, parallelism, hashLength: 32 }),
    verify: (phc, password) => argon2.verify(phc, password),
  }
}
