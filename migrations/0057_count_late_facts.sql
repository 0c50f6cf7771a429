CREATE TABLE `experiment_late_facts` (
	`experiment_id` text NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` integer,
	`score` real,
	PRIMARY KEY(`experiment_id`, `id`, `kind`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `experiment_subjects_new` ON `experiment_subjects` (`experiment_id`) WHERE figures is null;--> statement-breakpoint
CREATE INDEX `experiments_due` ON `experiments` (`counted_at`,`id`) WHERE status = 'running';