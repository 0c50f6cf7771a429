-- `message_feedback` stays, empty: a migration drops no table. `feedback` has taken its place.
ALTER TABLE `sessions` DROP COLUMN `kind`;