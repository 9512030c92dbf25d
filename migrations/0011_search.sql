-- Trusted since PostgreSQL 13: the database's owner may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
-- Case, accents and compatibility forms do not matter in a search; what has no decomposition is written out, and punctuation
-- separates words. search/words.ts does the same to what is asked for.
CREATE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
  select regexp_replace(
    replace(replace(replace(translate(
      regexp_replace(lower(normalize(given, NFKD)), '[\u0300-\u036f]', '', 'g'),
      'łøđðħıŧ', 'loddhit'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    '[\s!-/:-@[-`{-~]+', ' ', 'g')
$$;--> statement-breakpoint
-- Each word with a blank before and after it, so that patterns can ask for words and their beginnings. A handle is also one word.
ALTER TABLE "users" ADD COLUMN "search_text" text GENERATED ALWAYS AS (
  ' ' || search_fold("handle") || ' ' || search_fold(replace("handle", '_', '')) || ' ' || search_fold("display_name") || ' '
) STORED;--> statement-breakpoint
CREATE INDEX "users_search_text" ON "users" USING gin ("search_text" gin_trgm_ops) WHERE "deleted_at" IS NULL;
