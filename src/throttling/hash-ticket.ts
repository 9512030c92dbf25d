import type { SignedIn } from '../credentials/signed-in.ts'
import type { PasswordHasher } from '../hashing/password-hasher.ts'
import type { HashingCaller } from '../http/caller.ts'
import type { Owner } from '../waiting/work-queue.ts'
import { type AttemptsKey, accountAttempts } from './attempts-key.ts'
import { type Counting, countEvent } from './quota.ts'

const hashesAMinute = 10

/**
 * The key that ten hashes a minute are counted under: the same as for tries at a password, so that others use up no
 * known device's hashes; the holder of a mailed link has a key of their own.
 */
type HashesKey = Exclude<AttemptsKey, `codes:${string}`> | `mailbox:${string}`

type Claim = {
  readonly key: HashesKey
  readonly client: HashingCaller
  readonly turn: Pick<Owner, 'lane' | 'party' | 'place'>
}

/**
 * The right to have a password hashed. A right password needs one as much as a wrong one, and each is counted twice:
 * for its network by the route, which alone has a HashingCaller, and for its account by `count`, which makes the ticket
 * [AT3].
 */
export class HashTicket {
  #left: number
  readonly #owner: Owner

  private constructor(owner: Owner, left: number) {
    this.#owner = owner
    this.#left = left
  }

  /** Counts one hash, or refuses it. */
  static async count(ctx: Counting, claim: Claim): Promise<HashTicket> {
    await countEvent(ctx, {
      key: `hashes:${claim.key}`,
      quota: hashesAMinute,
      windowSeconds: 60,
      details: 'This account has reached its limit of password hashes in a minute.',
    })
    return new HashTicket(ownerOf(claim), 1)
  }

  /**
   * Counts a try at an address; its ticket also pays for hashing the password of a sign-up that waits there. Counted
   * apart, that hash would reveal by its refusals that a sign-up waits.
   */
  static async countTry(ctx: Counting, claim: Claim): Promise<HashTicket> {
    const ticket = await HashTicket.count(ctx, claim)
    ticket.#left = 2
    return ticket
  }

  /** A sign-up has no account to count yet: its network and the mails to its address are counted. */
  static ofSignUp(client: HashingCaller, turn: Claim['turn']): HashTicket {
    if (client.countedFor !== 'sign-up') throw new Error('Whoever does not sign up has an account to be counted')
    return new HashTicket(ownerOf({ client, turn }), 1)
  }

  /** Takes one hash from the ticket. */
  spend(): Owner {
    if (this.#left === 0) throw new Error('A ticket was to be spent once more than was counted')
    this.#left--
    return this.#owner
  }
}

/** Counts a hash for a signed-in account. */
export const countOwnHash = (ctx: Counting, { user, deviceId }: SignedIn, client: HashingCaller): Promise<HashTicket> =>
  HashTicket.count(ctx, {
    key: accountAttempts(user.id, deviceId),
    client,
    turn: { lane: 'known', party: user.id },
  })

/** Counts a hash for the holder of a live link, apart from what guesses by others use up. */
export const countMailboxHash = (
  ctx: Counting,
  { id, userId }: { readonly id: string; readonly userId: string | null },
  client: HashingCaller,
): Promise<HashTicket> => HashTicket.count(ctx, { key: `mailbox:${userId ?? id}`, client, turn: {} })

const ownerOf = ({ client, turn }: Pick<Claim, 'client' | 'turn'>): Owner => ({
  party: client.network,
  ...turn,
  isGone: client.isGone,
})

/** A hasher that hashes only in exchange for tickets. */
export type CountedHasher = Pick<PasswordHasher, 'isOutdated' | 'checkRoom' | 'reserve' | 'state'> & {
  hash(password: string, ticket: HashTicket): Promise<string>
  /** Without a stored hash a dummy is verified: the same work, and always false [TH5]. */
  verify(storedHash: string | undefined, password: string, ticket: HashTicket): Promise<boolean>
}

export const countedHasher = ({ hash, verify, ...rest }: PasswordHasher): CountedHasher => ({
  ...rest,
  hash: (password, ticket) => hash(password, ticket.spend()),
  verify: (storedHash, password, ticket) => verify(storedHash, password, ticket.spend()),
})
