CREATE TABLE `named_transformations` (
	`cloud` text NOT NULL,
	`name` text NOT NULL,
	`definition` text NOT NULL,
	`allowed_for_strict` integer NOT NULL,
	PRIMARY KEY(`cloud`, `name`)
);
--> statement-breakpoint
CREATE TABLE `streaming_profiles` (
	`cloud` text NOT NULL,
	`name` text NOT NULL,
	`display_name` text NOT NULL,
	`representations` text NOT NULL,
	PRIMARY KEY(`cloud`, `name`)
);
