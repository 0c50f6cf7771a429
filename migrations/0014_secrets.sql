CREATE TABLE `secrets` (
	`workspace_id` text NOT NULL,
	`owner_type` text NOT NULL,
	`owner_id` text NOT NULL,
	`field` text NOT NULL,
	`bound_to` text,
	`sealed` text NOT NULL,
	`key_version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `owner_type`, `owner_id`, `field`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `secrets_key` ON `secrets` (`key_version`);