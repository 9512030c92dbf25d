import { accessTokenRows } from '../access-tokens/rows.ts'
import { accountRows } from '../account/rows.ts'
import type { Rows } from '../db/rows.ts'
import { emailRows } from '../email/rows.ts'
import { eventRows } from '../events/rows.ts'
import { figureRows } from '../figures/rows.ts'
import { fileRows } from '../files/rows.ts'
import { impersonationRows } from '../impersonation/rows.ts'
import { invitationRows } from '../invitations/rows.ts'
import { mailRows } from '../mail/rows.ts'
import { mailedCodeRows } from '../mailed-codes/rows.ts'
import { mailedTokenRows } from '../mailed-tokens/rows.ts'
import { moderationRows } from '../moderation/rows.ts'
import { oauthRows } from '../oauth/rows.ts'
import { passkeyRows } from '../passkeys/rows.ts'
import { passwordRows } from '../password/rows.ts'
import { refusalRows } from '../refusals/rows.ts'
import { sessionRows } from '../sessions/rows.ts'
import { signInRows } from '../sign-in/rows.ts'
import { signUpRows } from '../sign-up/rows.ts'
import { throttlingRows } from '../throttling/rows.ts'
import { totpRows } from '../totp/rows.ts'
import { handleRows } from './rows.ts'

/** The tables and events of every folder, one line each. */
const joined = [
  accountRows,
  handleRows,
  accessTokenRows,
  emailRows,
  eventRows,
  figureRows,
  fileRows,
  impersonationRows,
  invitationRows,
  mailRows,
  mailedCodeRows,
  mailedTokenRows,
  moderationRows,
  oauthRows,
  passkeyRows,
  passwordRows,
  refusalRows,
  sessionRows,
  signInRows,
  signUpRows,
  throttlingRows,
  totpRows,
] as const satisfies readonly Rows[]

/** The type of an event in the history of an account. */
export type EventType = Extract<(typeof joined)[number], { readonly events: unknown }>['events'][number]

export const allRows: readonly Rows[] = joined

/** Tables whose rows are deleted with their account. */
export const personalTables = allRows.flatMap(({ personal = [] }) => personal)

export const sealedColumns = allRows.flatMap(({ sealed = [] }) => sealed)

/** Conditions for rows that the sweep may delete, by table. */
export const expiredRows: Readonly<Record<string, string>> = Object.fromEntries(
  allRows.flatMap(({ expired = {} }) => Object.entries(expired)),
)
