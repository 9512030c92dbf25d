ALTER TABLE "mailed_tokens" ADD COLUMN "since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "backup_codes" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "backup_codes" SET "created_at" = "users"."totp_enabled_at" FROM "users" WHERE "users"."id" = "backup_codes"."user_id" AND "users"."totp_enabled_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "pending_logins" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;