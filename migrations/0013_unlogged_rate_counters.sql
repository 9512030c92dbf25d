ALTER TABLE "rate_counters" SET UNLOGGED;
