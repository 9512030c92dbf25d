ALTER TABLE "mailed_tokens" ADD COLUMN "since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mailed_tokens" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "backup_codes" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "pending_logins" ADD COLUMN "methods" text[] DEFAULT '{}' NOT NULL;