CREATE TABLE `mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`auth` text NOT NULL,
	`credentials` text NOT NULL,
	`tools` text NOT NULL,
	`timeout_ms` integer NOT NULL,
	`max_bytes` integer NOT NULL,
	`revision` integer NOT NULL,
	`status` text NOT NULL,
	`error` text,
	`refused` text NOT NULL,
	`server_info` text,
	`refreshed_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_servers_name` ON `mcp_servers` (`workspace_id`,`name`);--> statement-breakpoint
CREATE INDEX `mcp_servers_workspace` ON `mcp_servers` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `mcp_tools` (
	`workspace_id` text NOT NULL,
	`server_id` text NOT NULL,
	`name` text NOT NULL,
	`tool_name` text NOT NULL,
	`accepted` text,
	`accepted_hash` text,
	`accepted_at` integer,
	`offered` text,
	`offered_hash` text,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`server_id`, `name`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_tools_name` ON `mcp_tools` (`workspace_id`,`tool_name`);