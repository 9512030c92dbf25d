import type { SignedIn } from '../credentials/signed-in.ts'
import type { PasswordHasher } from '../hashing/password-hasher.ts'
import type { HashingCaller } from '../http/caller.ts'
import type { Owner } from '../waiting/work-queue.ts'
import { type AttemptsKey, accountAttempts } from './attempts-key.ts'
import { type Counting, countEvent } from './quota.ts'

const hashesAMinute = 10

/**
 * Whose ten hashes a minute: those of the tries at a password, so that others use up no known device's; a link's holder
 * has their own.
 */
type HashesKey = Exclude<AttemptsKey, `codes:${string}`> | `mailbox:${string}`

type Claim = {
  readonly key: HashesKey
  readonly client: HashingCaller
  readonly turn: Pick<Owner, 'lane' | 'party' | 'place'>
}

/**
 * The right to have a password hashed. Nobody has one whose network and account were not counted, right passwords as
 * well as wrong ones: the network by its route, which alone has a HashingCaller, and the account by `count`, which
 * alone makes tickets [AT3].
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
      details: 'As many passwords of this account were hashed as may be in a minute.',
    })
    return new HashTicket(ownerOf(claim), 1)
  }

  /**
   * The same for a try at an address. It is good for a second hash: that of the sign-up which waits there. Counted
   * apart it would tell by its refusals that one waits.
   */
  static async countTry(ctx: Counting, claim: Claim): Promise<HashTicket> {
    const ticket = await HashTicket.count(ctx, claim)
    ticket.#left = 2
    return ticket
  }

  /** Who signs up has no account yet: their network is counted, and the mails to the address. */
  static ofSignUp(client: HashingCaller, turn: Claim['turn']): HashTicket {
    if (client.countedFor !== 'sign-up') throw new Error('Whoever does not sign up has an account to be counted')
    return new HashTicket(ownerOf({ client, turn }), 1)
  }

  /** Takes one hash from the ticket, which is then computed. */
  spend(): Owner {
    if (this.#left === 0) throw new Error('A ticket was to be spent once more than was counted')
    this.#left--
    return this.#owner
  }
}

/** Counts one of a signed-in account's. */
export const countOwnHash = (ctx: Counting, { user, deviceId }: SignedIn, client: HashingCaller): Promise<HashTicket> =>
  HashTicket.count(ctx, {
    key: accountAttempts(user.id, deviceId),
    client,
    turn: { lane: 'known', party: user.id },
  })

/** Counts a hash of somebody who holds a live link; guesses of others use up none of these. */
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

/** The hasher, which hashes against tickets alone. */
export type CountedHasher = Pick<PasswordHasher, 'isOutdated' | 'checkRoom' | 'reserve' | 'state'> & {
  hash(password: string, ticket: HashTicket): Promise<string>
  /** Without a stored hash a dummy is verified: the same work, and never right [TH5]. */
  verify(storedHash: string | undefined, password: string, ticket: HashTicket): Promise<boolean>
}

export const countedHasher = ({ hash, verify, ...rest }: PasswordHasher): CountedHasher => ({
  ...rest,
  hash: (password, ticket) => hash(password, ticket.spend()),
  verify: (storedHash, password, ticket) => verify(storedHash, password, ticket.spend()),
})
