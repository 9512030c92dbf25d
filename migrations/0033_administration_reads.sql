CREATE TABLE "active_users" (
	"day" date NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "active_users_day_user_id_pk" PRIMARY KEY("day","user_id")
);
--> statement-breakpoint
CREATE TABLE "figures" (
	"hour" timestamp with time zone PRIMARY KEY NOT NULL,
	"sign_ups" integer NOT NULL,
	"sign_ins" integer NOT NULL,
	"failed" integer NOT NULL,
	"sessions" integer NOT NULL,
	"active_users" integer NOT NULL,
	"mails_sent" integer NOT NULL,
	"mails_failed" integer NOT NULL,
	"counted_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "moderation_logs" ADD COLUMN "request_id" text;--> statement-breakpoint
ALTER TABLE "security_events" ADD COLUMN "request_id" text;--> statement-breakpoint
CREATE INDEX "active_users_user_id" ON "active_users" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "mails_unsent" ON "mails" USING btree ("id") WHERE kind = 'message' and "mails"."sent_at" is null;--> statement-breakpoint
CREATE INDEX "mails_sent_at" ON "mails" USING btree ("sent_at") WHERE kind = 'message' and "mails"."sent_at" is not null;--> statement-breakpoint
CREATE INDEX "moderation_logs_request_id" ON "moderation_logs" USING btree ("request_id") WHERE "moderation_logs"."request_id" is not null;--> statement-breakpoint
CREATE INDEX "refusals_route" ON "refusals" USING btree ("route","refused_at");--> statement-breakpoint
CREATE INDEX "security_events_type" ON "security_events" USING btree ("type","created_at","id");--> statement-breakpoint
CREATE INDEX "security_events_ip_address" ON "security_events" USING btree ("ip_address","created_at","id") WHERE "security_events"."ip_address" is not null;--> statement-breakpoint
CREATE INDEX "security_events_request_id" ON "security_events" USING btree ("request_id") WHERE "security_events"."request_id" is not null;--> statement-breakpoint
-- The id of a request is of its client's choice.
CREATE OR REPLACE FUNCTION "erase_security_events"("erased" uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, request_id = NULL
  WHERE user_id = erased $$;
