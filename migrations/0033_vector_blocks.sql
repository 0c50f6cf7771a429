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
CREATE INDEX `vectors_base` ON `vectors` (`workspace_id`,`base_id`,`seq`);