CREATE TABLE "refusals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_id" text NOT NULL,
	"method" text NOT NULL,
	"route" text NOT NULL,
	"code" text NOT NULL,
	"user_id" uuid,
	"address_digest" text,
	"network" text NOT NULL,
	"contract" text,
	"refused_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "refusals_request_id" ON "refusals" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "refusals_user_id" ON "refusals" USING btree ("user_id","refused_at") WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX "refusals_address_digest" ON "refusals" USING btree ("address_digest","refused_at") WHERE address_digest is not null;--> statement-breakpoint
CREATE INDEX "refusals_code" ON "refusals" USING btree ("code","refused_at");--> statement-breakpoint
CREATE INDEX "refusals_network" ON "refusals" USING btree ("network","refused_at");--> statement-breakpoint
CREATE INDEX "refusals_refused_at" ON "refusals" USING btree ("refused_at");