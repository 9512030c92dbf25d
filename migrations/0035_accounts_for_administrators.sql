ALTER TABLE "users" ADD COLUMN "last_seen_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "users_created_at" ON "users" USING btree ("created_at","id") WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_last_seen_at" ON "users" USING btree (coalesce("last_seen_at", '-infinity'),"id") WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_email_key_pattern" ON "users" USING btree ("email_key" text_pattern_ops) WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_handle_pattern" ON "users" USING btree (lower("handle") text_pattern_ops) WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_email_key_trigrams" ON "users" USING gin ("email_key" gin_trgm_ops) WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_deleted" ON "users" USING btree ("created_at","id") WHERE "users"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "users_banned" ON "users" USING btree ("created_at","id") WHERE "users"."banned_at" is not null;--> statement-breakpoint
CREATE INDEX "users_with_totp" ON "users" USING btree ("created_at","id") WHERE "users"."totp_enabled_at" is not null;--> statement-breakpoint
CREATE INDEX "users_with_passkeys" ON "users" USING btree ("created_at","id") WHERE "users"."passkeys" > 0;