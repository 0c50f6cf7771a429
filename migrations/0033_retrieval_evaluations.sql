CREATE TABLE `golden_questions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`question` text NOT NULL,
	`expected` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `golden_questions_base` ON `golden_questions` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE TABLE `retrieval_evaluations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`settings` text NOT NULL,
	`trigger` text NOT NULL,
	`agent_id` text,
	`version_id` text,
	`status` text NOT NULL,
	`question_count` integer NOT NULL,
	`evaluated_count` integer NOT NULL,
	`cursor` text NOT NULL,
	`metrics` text,
	`error_code` text,
	`error_detail` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `retrieval_evaluations_base` ON `retrieval_evaluations` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE TABLE `retrieval_results` (
	`evaluation_id` text NOT NULL,
	`question_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`question` text NOT NULL,
	`is_answerable` integer NOT NULL,
	`hits` text NOT NULL,
	`rank` integer,
	`recall` real,
	`reciprocal_rank` real,
	`ndcg` real,
	`coverage` text NOT NULL,
	`confidence` real NOT NULL,
	PRIMARY KEY(`evaluation_id`, `question_id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `retrieval_results_workspace` ON `retrieval_results` (`workspace_id`);