ALTER TABLE "sign_ups" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_providers" ADD COLUMN "email_verification" text DEFAULT 'claim' NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_providers" ADD COLUMN "nonce" text DEFAULT 'required' NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_providers" ADD COLUMN "authorize_parameters" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_providers" ADD COLUMN "audiences" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_sign_ups" ADD COLUMN "needs_mail" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_sign_ups" ADD COLUMN "remember_me" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_states" ADD COLUMN "remember_me" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "sign_ups" ADD COLUMN "connection" jsonb;