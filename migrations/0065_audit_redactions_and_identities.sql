CREATE TABLE `user_identities` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`issuer`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `user_identities_user` ON `user_identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `token_issuers` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`issuer` text NOT NULL,
	`audience` text NOT NULL,
	`jwks_url` text,
	`keys` text,
	`user_claim` text NOT NULL,
	`groups_claim` text,
	`agent_ids` text NOT NULL,
	`versions` text NOT NULL,
	`requests_per_minute` integer,
	`budget` text,
	`max_lifetime_s` integer NOT NULL,
	`enabled` integer NOT NULL,
	`fetched_keys` text,
	`fetched_at` integer,
	`fetch_error` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `token_issuers_workspace` ON `token_issuers` (`workspace_id`,`id`);--> statement-breakpoint
ALTER TABLE `audit_links` ADD `personal_digest` text;--> statement-breakpoint
ALTER TABLE `audit_links` ADD `salt` text;--> statement-breakpoint
ALTER TABLE `audit_links` ADD `redacted_by` text;