CREATE TABLE "contracts" (
	"digest" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"codes" jsonb NOT NULL,
	"served_at" timestamp with time zone NOT NULL
);
