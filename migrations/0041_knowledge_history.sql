CREATE TABLE `file_contents` (
	`file_id` text NOT NULL,
	`added_revision` integer NOT NULL,
	`removed_revision` integer,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`name` text NOT NULL,
	`metadata` text NOT NULL,
	`chunk_count` integer NOT NULL,
	`page_count` integer,
	`char_count` integer,
	`is_archived` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`file_id`, `attempt`, `added_revision`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `file_contents_present` ON `file_contents` (`file_id`) WHERE removed_revision is null;--> statement-breakpoint
CREATE INDEX `file_contents_removed` ON `file_contents` (`base_id`,`removed_revision`) WHERE removed_revision is not null;--> statement-breakpoint
CREATE INDEX `file_contents_unarchived` ON `file_contents` (`file_id`) WHERE removed_revision is not null and is_archived = 0;--> statement-breakpoint
CREATE TABLE `knowledge_revisions` (
	`base_id` text NOT NULL,
	`revision` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`change` text NOT NULL,
	`file_id` text NOT NULL,
	`chunk_id` text,
	`actor_id` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`base_id`, `revision`)
) STRICT;
--> statement-breakpoint
DROP INDEX `chunks_file`;--> statement-breakpoint
ALTER TABLE `chunks` ADD `former_of` text;--> statement-breakpoint
ALTER TABLE `chunks` ADD `added_revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chunks` ADD `removed_revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `chunks` ADD `toggled_revisions` text;--> statement-breakpoint
ALTER TABLE `chunks` ADD `is_former` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `chunks_removed` ON `chunks` (`base_id`,`removed_revision`) WHERE removed_revision > 0;--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_file` ON `chunks` (`file_id`,`attempt`,`ordinal`,`removed_revision`);--> statement-breakpoint
ALTER TABLE `files` ADD `changed_by` text;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `retention_days` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `oldest_revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `former_chunk_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `purge_due_at` integer;--> statement-breakpoint
CREATE INDEX `knowledge_bases_purge` ON `knowledge_bases` (`purge_due_at`) WHERE purge_due_at is not null;