import { type Counting, countEvent } from './quota.ts'

const changesAnHour = 30

/**
 * Counts a change of what opens the account, or refuses it: each mails the account's owner, which no other limit counts
 * [AT2]. Called after the proof, so that nobody else uses up the owner's changes, and before the change itself.
 */
export const countChange = (ctx: Counting, { id }: { readonly id: string }): Promise<void> =>
  countEvent(ctx, {
    key: `changes:${id}`,
    quota: changesAnHour,
    windowSeconds: 3600,
    details: 'Each change of what opens the account is mailed to its owner, so they are limited.',
  })
