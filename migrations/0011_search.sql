-- Both extensions are trusted: the database's owner may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
-- Case and accents do not matter in a search, nor do compatibility forms; what has no decomposition is written out.
CREATE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
  select replace(replace(replace(translate(
    regexp_replace(lower(normalize(given, NFKD)), '[\u0300-\u036f]', '', 'g'),
    'łøđðħıŧ', 'loddhit'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
$$;--> statement-breakpoint
-- A leading blank before each word lets a pattern ask for beginnings of words; an underscore separates words.
ALTER TABLE "users" ADD COLUMN "search_text" text GENERATED ALWAYS AS (
  ' ' || search_fold(replace("handle", '_', ' ')) || ' ' || search_fold("handle") || ' ' || search_fold("display_name")
) STORED;--> statement-breakpoint
CREATE INDEX "users_search_text" ON "users" USING gin ("search_text" gin_trgm_ops) WHERE "deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "handles_key_pattern" ON "handles" USING btree ("key" text_pattern_ops);
