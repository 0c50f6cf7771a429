CREATE TABLE `run_contents` (
	`run_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`end_user_id` text,
	`inputs` text NOT NULL,
	`metadata` text NOT NULL,
	`question_id` text NOT NULL,
	`question` text NOT NULL,
	`prompt` text,
	`files` text NOT NULL,
	`answer_id` text NOT NULL,
	`answer` text DEFAULT '' NOT NULL,
	`citations` text DEFAULT '[]' NOT NULL,
	`answer_prompt` text,
	`answered_at` integer,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `run_contents_agent` ON `run_contents` (`workspace_id`,`agent_id`);--> statement-breakpoint
CREATE INDEX `run_contents_question` ON `run_contents` (`question_id`);--> statement-breakpoint
CREATE INDEX `run_contents_answer` ON `run_contents` (`answer_id`);--> statement-breakpoint
CREATE INDEX `run_contents_created` ON `run_contents` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `run_contents_due` ON `run_contents` (`expires_at`);--> statement-breakpoint
CREATE TABLE `run_files` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`object_id` text NOT NULL,
	`byte_size` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `run_files_run` ON `run_files` (`run_id`);--> statement-breakpoint
CREATE INDEX `run_files_object` ON `run_files` (`object_id`);--> statement-breakpoint
CREATE TABLE `feedback` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`version_id` text NOT NULL,
	`session_id` text,
	`message_id` text NOT NULL,
	`run_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`rating` text NOT NULL,
	`comment` text,
	`tags` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_message` ON `feedback` (`message_id`,`end_user_id`);--> statement-breakpoint
CREATE INDEX `feedback_session` ON `feedback` (`session_id`) WHERE session_id is not null;--> statement-breakpoint
CREATE INDEX `feedback_agent` ON `feedback` (`workspace_id`,`agent_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `feedback_time` ON `feedback` (`workspace_id`,`agent_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `run_steps` ADD `parent_id` text;--> statement-breakpoint
ALTER TABLE `run_steps` ADD `agent_id` text;