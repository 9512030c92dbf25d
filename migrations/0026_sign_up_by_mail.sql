ALTER TABLE "oauth_sign_ups" ALTER COLUMN "provider_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_sign_ups" ALTER COLUMN "issuer" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "oauth_sign_ups" ALTER COLUMN "subject" DROP NOT NULL;