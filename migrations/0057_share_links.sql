CREATE TABLE `share_codes` (
	`link_id` text NOT NULL,
	`email` text NOT NULL,
	`workspace_id` text NOT NULL,
	`hash` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`sends` integer NOT NULL,
	`window_start` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`link_id`, `email`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `share_codes_workspace` ON `share_codes` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `share_codes_expiry` ON `share_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `share_links` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`address` text NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`access` text NOT NULL,
	`allowed_addresses` text NOT NULL,
	`allowed_origins` text NOT NULL,
	`version` text,
	`enabled` integer NOT NULL,
	`expires_at` integer,
	`max_visitors` integer,
	`max_sessions` integer,
	`max_messages_per_visitor` integer,
	`budget_id` text,
	`limit_nano_usd` integer,
	`visitors` integer DEFAULT 0 NOT NULL,
	`sessions` integer DEFAULT 0 NOT NULL,
	`messages` integer DEFAULT 0 NOT NULL,
	`cost_nano_usd` integer DEFAULT 0 NOT NULL,
	`feedback_positive` integer DEFAULT 0 NOT NULL,
	`feedback_negative` integer DEFAULT 0 NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `share_links_address` ON `share_links` (`address`);--> statement-breakpoint
CREATE INDEX `share_links_agent` ON `share_links` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE TABLE `share_visitors` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`link_id` text NOT NULL,
	`email` text,
	`sessions` integer DEFAULT 0 NOT NULL,
	`messages` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `share_visitors_link` ON `share_visitors` (`workspace_id`,`link_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `share_visitors_email` ON `share_visitors` (`link_id`,`email`) WHERE email is not null;