ALTER TABLE "oauth_providers" ADD COLUMN "namespace" text;--> statement-breakpoint
ALTER TABLE "oauth_providers" ADD COLUMN "moved_from" jsonb;