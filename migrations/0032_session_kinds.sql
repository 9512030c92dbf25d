ALTER TABLE "sessions" ADD COLUMN "kind" text DEFAULT 'user' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "impersonator_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "read_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "sessions_impersonator_id" ON "sessions" USING btree ("impersonator_id") WHERE "sessions"."impersonator_id" is not null;