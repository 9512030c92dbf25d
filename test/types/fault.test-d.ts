import { deleteAccountRefusals } from '../../src/account/delete-account.ts'
import type { Context } from '../../src/context.ts'
import type { Deps } from '../../src/deps.ts'
import { DomainError, faults } from '../../src/errors/fault.ts'
import type { ErrorTable } from '../../src/errors/table.ts'
import { confirmDelivery, deliveryRefusals } from '../../src/mail/confirm.ts'
import { login, loginRefusals } from '../../src/password/login.ts'
import { logOut } from '../../src/sessions/log-out.ts'
import { limitMails } from '../../src/throttling/mails.ts'

// Compiled by `tsc --noEmit`, never run: each expected error is a mistake that the compiler must catch.

declare const deps: Deps
declare const attempt: Parameters<typeof login>[1]
declare const signedIn: Parameters<typeof logOut>[1]

const enough = faults(
  'auth:invalid_credentials',
  'user:not_verified',
  'user:banned',
  'rate_limit:exceeded',
  'system:hashing_error',
  ...deliveryRefusals,
)
export const declared = () => login({ ...deps, fault: enough }, attempt)

const more = faults('auth:invalid_credentials', 'FORBIDDEN')
export const asDeclared = [more('FORBIDDEN'), more('auth:invalid_credentials', { retryAfterSeconds: 1 })]

const few = faults('auth:invalid_credentials', 'user:not_verified')
// @ts-expect-error login may refuse with codes that this caller did not declare
export const undeclared = () => login({ ...deps, fault: few }, attempt)

// @ts-expect-error nothing is hashed but for whom it was counted
export const uncounted = () => deps.hasher.hash('a password', { lane: 'known' })

const withoutDelivery = faults(
  'auth:invalid_credentials',
  'user:not_verified',
  'user:banned',
  'rate_limit:exceeded',
  'system:hashing_error',
)
// @ts-expect-error what login calls may refuse with the worker's codes
export const undeclaredDeeper = () => login({ ...deps, fault: withoutDelivery }, attempt)

/** What a use case refuses with is what its array has: no less. */
export const spread = () => login({ ...deps, fault: faults(...loginRefusals) }, attempt)

// @ts-expect-error and no more, also where part of the array is joined from what rooms declare
export const spreadElsewhere = () => faults(...loginRefusals, ...deleteAccountRefusals)('oauth:invalid_state')

// @ts-expect-error without a fault there is no context
export const withoutFault = () => login(deps, attempt)

// @ts-expect-error not declared here
export const elsewhere = () => few('user:unauthorized')

// @ts-expect-error no such code
export const unknown = () => faults('auth:no_such_code')

// @ts-expect-error no such code
export const unknownError = () => new DomainError('auth:no_such_code')

// @ts-expect-error a context that may raise one code is none that may raise another
export const widened = (ctx: Context<'rate_limit:exceeded'>): Context<'user:not_verified'> => ctx

/** A wider right is good where a narrower one is asked for. */
export const narrowed = (ctx: Context<'rate_limit:exceeded' | 'FORBIDDEN'>): Context<'rate_limit:exceeded'> => ctx

export async function useCase(ctx: Context<'rate_limit:exceeded'>): Promise<void> {
  await limitMails(ctx, 'verify_email', 'ada@example.com')
  // @ts-expect-error this use case does not list the worker's codes
  await confirmDelivery(ctx, 'mail')
  // @ts-expect-error nor this one
  throw ctx.fault('user:not_verified')
}

/** What refuses with nothing needs no right to refuse. */
export const withoutRefusals = () => logOut(deps, signedIn, { beside: undefined, client: attempt.client })

const row = { status: 401, title: '', description: '', meaning: '', advice: '' } as const
export const table = {
  'auth:invalid_credentials': row,
  // @ts-expect-error another domain's code
  'user:not_verified': row,
} as const satisfies ErrorTable<'auth'>

const { status: _status, ...noStatus } = row
// @ts-expect-error a row without a status
export const incomplete = { 'auth:a': noStatus } as const satisfies ErrorTable<'auth'>

const { advice: _advice, ...noAdvice } = row
// @ts-expect-error a row that does not say what to do
export const unexplained = { 'auth:a': noAdvice } as const satisfies ErrorTable<'auth'>
