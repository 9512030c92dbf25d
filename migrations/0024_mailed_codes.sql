ALTER TABLE "mailed_tokens" ADD COLUMN "code_token_digest" "bytea";--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "code_key_id" integer;--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "tries" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "mailed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "anonymous_digest" "bytea";--> statement-breakpoint
CREATE INDEX "mailed_tokens_sign_in_address_key" ON "mailed_tokens" USING btree ("address_key") WHERE purpose = 'sign_in';--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD CONSTRAINT "mailed_tokens_code_token_digest_unique" UNIQUE("code_token_digest");