ALTER TABLE `chunks` ADD `is_disabled` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `chunks` ADD `origin` text DEFAULT 'extracted' NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `former_attempt` integer;--> statement-breakpoint
ALTER TABLE `files` ADD `former_chunk_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `original_id` text;--> statement-breakpoint
ALTER TABLE `files` ADD `is_markdown` integer;