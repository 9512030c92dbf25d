-- The API's role may not change the audit; what is personal in it is erased through its owner.
CREATE FUNCTION "erase_security_events"("erased" uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL WHERE user_id = erased $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION "erase_security_events"(uuid) FROM PUBLIC;
