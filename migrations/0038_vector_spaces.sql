CREATE TABLE `embedding_migrations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`status` text NOT NULL,
	`source_space` integer NOT NULL,
	`source` text NOT NULL,
	`target_space` integer NOT NULL,
	`target` text NOT NULL,
	`last_seq` integer NOT NULL,
	`cursor_file` text DEFAULT '' NOT NULL,
	`cursor_attempt` integer DEFAULT 0 NOT NULL,
	`cursor_ordinal` integer DEFAULT -1 NOT NULL,
	`chunks_total` integer NOT NULL,
	`chunks_done` integer DEFAULT 0 NOT NULL,
	`embedding_calls` integer,
	`embedding_tokens` integer,
	`embedding_cost_nano_usd` integer,
	`embedding_unpriced_calls` integer,
	`error_code` text,
	`error_detail` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ready_at` integer,
	`switched_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `embedding_migrations_base` ON `embedding_migrations` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `embedding_migrations_open` ON `embedding_migrations` (`base_id`) WHERE status not in ('cancelled', 'completed');--> statement-breakpoint
CREATE TABLE `vector_blocks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`first_seq` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`count` integer NOT NULL,
	`data` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `vector_blocks_base` ON `vector_blocks` (`workspace_id`,`base_id`,`last_seq`);--> statement-breakpoint
CREATE TABLE `vector_lists` (
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`tail` integer NOT NULL,
	`packed` integer NOT NULL,
	`removed` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `base_id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `vector_lists_due` ON `vector_lists` (`tail`) WHERE tail >= 4096 or removed * 4 > packed + 4096 or removed >= tail + packed;--> statement-breakpoint
CREATE TABLE `vectors` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`vector` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `vectors_id` ON `vectors` (`id`);--> statement-breakpoint
CREATE INDEX `vectors_base` ON `vectors` (`workspace_id`,`base_id`,`seq`);--> statement-breakpoint
ALTER TABLE `files` ADD `embedding_calls` integer;--> statement-breakpoint
ALTER TABLE `files` ADD `embedding_tokens` integer;--> statement-breakpoint
ALTER TABLE `files` ADD `embedding_cost_nano_usd` integer;--> statement-breakpoint
ALTER TABLE `files` ADD `embedding_unpriced_calls` integer;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `vector_space` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `second_space` integer;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `second_embedding` text;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `embedding_calls` integer;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `embedding_tokens` integer;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `embedding_cost_nano_usd` integer;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `embedding_unpriced_calls` integer;