CREATE TABLE `search_cache` (
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`provider` text NOT NULL,
	`results` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `key`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `search_cache_expiry` ON `search_cache` (`expires_at`);--> statement-breakpoint
CREATE TABLE `search_failures` (
	`workspace_id` text NOT NULL,
	`provider` text NOT NULL,
	`failures` integer NOT NULL,
	`code` text NOT NULL,
	`detail` text NOT NULL,
	`open_until` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `provider`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `search_providers` (
	`workspace_id` text NOT NULL,
	`provider` text NOT NULL,
	`base_url` text,
	`last_four` text,
	`fingerprint` text,
	`price_nano_usd` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `provider`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `workspaces` ADD `search_providers` text;