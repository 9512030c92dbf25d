import { isNotNull, sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'
import { users } from './users.ts'

/**
 * Mailed one-time tokens of every purpose; only digests. Used and expired rows stay 30 days, so that they can be told
 * from unknown ones.
 */
export const mailedTokens = pgTable(
  'mailed_tokens',
  {
    id: uuid().primaryKey(),
    purpose: text()
      .$type<'verify_email' | 'device_verify' | 'password_reset' | 'email_change' | 'email_undo' | 'account_deletion'>()
      .notNull(),
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    /** No foreign key: a used verification outlives its sign-up. */
    signUpId: uuid(),
    addressKey: text().notNull(),
    /** Of an e-mail change: the address that the account gets by it, as it was written. */
    address: text(),
    /** Of an undo: when the change was asked for. */
    since: instant(),
    digest: bytea().notNull(),
    /** Of a held login: what its session will be, and what was shown so far. */
    rememberMe: boolean().notNull().default(false),
    methods: shownMethods(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    supersededAt: instant(),
  },
  (table) => [
    unique('mailed_tokens_digest_unique').on(table.digest),
    index('mailed_tokens_sign_up_id').on(table.signUpId),
    index('mailed_tokens_user_id').on(table.userId),
    index('mailed_tokens_expires_at').on(table.expiresAt),
    index('mailed_tokens_undo_address_key').on(table.addressKey).where(sql`purpose = 'email_undo'`),
  ],
)

/**
 * Outbox: one row a mail, written in the transaction of its cause. `payload` is sealed and erased once the mail is sent
 * or refused for good, or its token is dead. A probe has no text: the conversation is held up to RCPT TO and reset. An
 * inquiry is what somebody asked to be mailed to an address before anybody knows whose it is; it is answered by a
 * message, or by nothing.
 */
export const mails = pgTable(
  'mails',
  {
    id: uuid().primaryKey(),
    kind: text().$type<'message' | 'probe' | 'inquiry'>().notNull(),
    tokenId: uuid().references(() => mailedTokens.id, { onDelete: 'cascade' }),
    /** Whose account it is about, where no token says so: erased with it. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    payload: bytea(),
    attempts: integer().notNull().default(0),
    createdAt: createdAt(),
    /** No attempt after this: the token in it is dead. */
    expiresAt: instant().notNull(),
    sentAt: instant(),
    /** With which codes the mail server refused it for good. */
    refusal: text(),
  },
  (table) => [
    index('mails_refused').on(table.createdAt).where(isNotNull(table.refusal)),
    index('mails_token_id').on(table.tokenId),
    index('mails_user_id').on(table.userId),
    index('mails_expires_at').on(table.expiresAt),
  ],
)
