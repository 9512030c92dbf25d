import { isNotNull, sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, smallint, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'
import { users } from './users.ts'

/**
 * Mailed one-time tokens of every purpose, as digests. Used and expired rows are kept for 30 days, to tell their tokens
 * from unknown ones.
 */
export const mailedTokens = pgTable(
  'mailed_tokens',
  {
    id: uuid().primaryKey(),
    purpose: text()
      .$type<
        | 'verify_email'
        | 'device_verify'
        | 'password_reset'
        | 'email_change'
        | 'email_undo'
        | 'account_deletion'
        | 'sign_in'
        | 'invitation'
      >()
      .notNull(),
    /** For `sign_in`: null until the mail was written, and always if the address has no account. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    /** The sign-up or, for `invitation`, the invitation. No foreign key, as a used token outlives it. */
    signUpId: uuid(),
    addressKey: text().notNull(),
    /** For `email_change`: the new address. For `sign_in`: the one that was asked for. Each as the user wrote it. */
    address: text(),
    /** For `email_undo`: when the change was asked for. */
    since: instant(),
    digest: bytea().notNull(),
    /** For `device_verify` and `sign_in`: whether the session will be remembered. `methods` are those shown so far. */
    rememberMe: boolean().notNull().default(false),
    methods: shownMethods(),
    /**
     * Only for a pair, whose digits do what its link does: digest of the token that the digits are sent with, and id of
     * the key from which link, digits and token are derived.
     */
    codeTokenDigest: bytea(),
    codeKeyId: integer(),
    tries: smallint().notNull().default(0),
    /** When the token was last mailed. */
    mailedAt: instant(),
    /** The browser that began the flow; null for an app. */
    anonymousDigest: bytea(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    supersededAt: instant(),
  },
  (table) => [
    unique('mailed_tokens_digest_unique').on(table.digest),
    unique('mailed_tokens_code_token_digest_unique').on(table.codeTokenDigest),
    index('mailed_tokens_sign_up_id').on(table.signUpId),
    index('mailed_tokens_user_id').on(table.userId),
    index('mailed_tokens_expires_at').on(table.expiresAt),
    index('mailed_tokens_undo_address_key').on(table.addressKey).where(sql`purpose = 'email_undo'`),
    index('mailed_tokens_sign_in_address_key').on(table.addressKey).where(sql`purpose = 'sign_in'`),
  ],
)

/**
 * Outbox: one row per mail, written in the transaction that causes it. `payload` is sealed, and erased once the mail is
 * sent or refused for good, or its token is dead. A probe has no text: its conversation is reset after RCPT TO. An
 * inquiry asks to mail an address before its owner is known; a message answers it, or nothing does.
 */
export const mails = pgTable(
  'mails',
  {
    id: uuid().primaryKey(),
    kind: text().$type<'message' | 'probe' | 'inquiry'>().notNull(),
    tokenId: uuid().references(() => mailedTokens.id, { onDelete: 'cascade' }),
    /** The account that the mail is about, if no token says so; the row is erased with the account. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    payload: bytea(),
    /** Whose language and times the mail speaks, fixed when it was queued. */
    locale: text(),
    timeZone: text(),
    attempts: integer().notNull().default(0),
    createdAt: createdAt(),
    /** No attempt is made after this time, as the token in the mail is dead. */
    expiresAt: instant().notNull(),
    sentAt: instant(),
    /** The codes with which the mail server refused the mail for good. */
    refusal: text(),
  },
  (table) => [
    index('mails_refused').on(table.createdAt).where(isNotNull(table.refusal)),
    index('mails_unsent').on(table.id).where(sql`kind = 'message' and ${table.sentAt} is null`),
    index('mails_sent_at').on(table.sentAt).where(sql`kind = 'message' and ${table.sentAt} is not null`),
    index('mails_token_id').on(table.tokenId),
    index('mails_user_id').on(table.userId),
    index('mails_expires_at').on(table.expiresAt),
  ],
)
