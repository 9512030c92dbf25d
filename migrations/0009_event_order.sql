DROP INDEX "security_events_user_id_id";--> statement-breakpoint
CREATE INDEX "security_events_user_id_created_at" ON "security_events" USING btree ("user_id","created_at","id");