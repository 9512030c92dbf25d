CREATE INDEX "sessions_not_ended" ON "sessions" USING btree ("user_id","created_at") WHERE "sessions"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "security_events_created_at" ON "security_events" USING btree ("created_at");--> statement-breakpoint
-- EVENTS_KEEP_DAYS, written by the owner at each start: the API's role may not say how long its audit is kept.
CREATE FUNCTION "events_kept"() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ select interval '400 days' $$;--> statement-breakpoint
CREATE FUNCTION "sweep_security_events"("most" integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH gone AS (
    DELETE FROM security_events WHERE ctid = ANY (
      array(
        SELECT ctid FROM security_events WHERE created_at < now() - events_kept() LIMIT most FOR UPDATE SKIP LOCKED)
      -- Failed sign-ins with addresses that have no account: strangers make as many as they like.
      || array(
        SELECT ctid FROM security_events WHERE user_id IS NULL AND created_at < now() - interval '30 days'
        LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING 1)
  SELECT count(*)::integer FROM gone
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION "sweep_security_events"(integer) FROM PUBLIC;
