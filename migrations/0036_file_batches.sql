CREATE TABLE `batch_entries` (
	`batch_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`path` text NOT NULL,
	`name` text,
	`external_id` text,
	`metadata` text NOT NULL,
	`location` text NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`file_id` text,
	`error_code` text,
	`error_detail` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`batch_id`, `ordinal`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `batch_entries_state` ON `batch_entries` (`batch_id`,`state`,`tries`,`ordinal`);--> statement-breakpoint
CREATE INDEX `batch_entries_path` ON `batch_entries` (`batch_id`,`path`);--> statement-breakpoint
CREATE INDEX `batch_entries_workspace` ON `batch_entries` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `file_batches` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`type` text NOT NULL,
	`archive_type` text,
	`name` text,
	`object_id` text,
	`byte_size` integer NOT NULL,
	`status` text NOT NULL,
	`is_listed` integer NOT NULL,
	`counts` text NOT NULL,
	`entry_count` integer NOT NULL,
	`position` integer NOT NULL,
	`read_bytes` integer NOT NULL,
	`error_code` text,
	`error_detail` text,
	`api_key_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`completed_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `file_batches_base` ON `file_batches` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE INDEX `file_batches_of_base` ON `file_batches` (`base_id`);--> statement-breakpoint
CREATE INDEX `file_batches_completed` ON `file_batches` (`completed_at`);