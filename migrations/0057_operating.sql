CREATE TABLE `audit_links` (
	`workspace_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`entry_id` text NOT NULL,
	`hash` text,
	PRIMARY KEY(`workspace_id`, `sequence`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_links_entry` ON `audit_links` (`entry_id`);--> statement-breakpoint
CREATE INDEX `audit_links_unsealed` ON `audit_links` (`workspace_id`,`sequence`) WHERE hash is null;--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`workspace_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`hash` text NOT NULL,
	`sealed_at` integer NOT NULL,
	`key_number` integer NOT NULL,
	`signature` text NOT NULL,
	`purged_at` integer,
	`purge_signature` text,
	PRIMARY KEY(`workspace_id`, `sequence`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_seals_time` ON `audit_seals` (`workspace_id`,`sealed_at`,`sequence`);--> statement-breakpoint
CREATE TABLE `invoices` (
	`workspace_id` text NOT NULL,
	`month` text NOT NULL,
	`number` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`calls` integer NOT NULL,
	`document` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `month`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `workspaces` ADD `audit_retention_days` integer;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `billing` text;