CREATE TABLE `former_originals` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`file_id` text NOT NULL,
	`byte_size` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `former_originals_file` ON `former_originals` (`file_id`);--> statement-breakpoint
ALTER TABLE `file_contents` ADD `is_markdown` integer;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `original_id` text;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `media_type` text;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `byte_size` integer;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `sha256` text;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `groups` text;--> statement-breakpoint
ALTER TABLE `files` ADD `replacement` text;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `former_byte_size` integer DEFAULT 0 NOT NULL;