CREATE TABLE `knowledge_sources` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`settings` text NOT NULL,
	`credentials` text NOT NULL,
	`refresh_interval_s` integer,
	`status` text NOT NULL,
	`sync` integer NOT NULL,
	`is_listed` integer NOT NULL,
	`cursor` text,
	`counts` text NOT NULL,
	`failures` integer NOT NULL,
	`error_code` text,
	`error_detail` text,
	`api_key_id` text,
	`created_by` text,
	`sync_started_at` integer,
	`synced_at` integer,
	`next_sync_at` integer,
	`deleted_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `knowledge_sources_base` ON `knowledge_sources` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE INDEX `knowledge_sources_of_base` ON `knowledge_sources` (`base_id`);--> statement-breakpoint
CREATE INDEX `knowledge_sources_due` ON `knowledge_sources` (`next_sync_at`);--> statement-breakpoint
CREATE TABLE `source_hosts` (
	`workspace_id` text NOT NULL,
	`host` text NOT NULL,
	`free_at` integer NOT NULL,
	`robots` text,
	`robots_at` integer,
	PRIMARY KEY(`workspace_id`, `host`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `source_hosts_free` ON `source_hosts` (`free_at`);--> statement-breakpoint
CREATE TABLE `source_pages` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`source_id` text NOT NULL,
	`key` text NOT NULL,
	`url` text NOT NULL,
	`title` text,
	`depth` integer NOT NULL,
	`state` text NOT NULL,
	`listed_sync` integer NOT NULL,
	`handled_sync` integer NOT NULL,
	`tries` integer NOT NULL,
	`version` text,
	`stored_version` text,
	`etag` text,
	`last_modified` text,
	`content_hash` text,
	`links` text,
	`file_id` text,
	`duplicate_of` text,
	`error_code` text,
	`error_detail` text,
	`fetched_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `source_pages_key` ON `source_pages` (`source_id`,`key`);--> statement-breakpoint
CREATE INDEX `source_pages_queue` ON `source_pages` (`source_id`,`listed_sync`,`handled_sync`);--> statement-breakpoint
CREATE INDEX `source_pages_source` ON `source_pages` (`source_id`,`id`);--> statement-breakpoint
CREATE INDEX `source_pages_state` ON `source_pages` (`source_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `source_pages_hash` ON `source_pages` (`source_id`,`content_hash`);--> statement-breakpoint
CREATE INDEX `source_pages_url` ON `source_pages` (`source_id`,`url`);--> statement-breakpoint
CREATE INDEX `source_pages_file` ON `source_pages` (`file_id`);--> statement-breakpoint
CREATE INDEX `source_pages_workspace` ON `source_pages` (`workspace_id`);