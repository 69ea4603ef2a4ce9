-- A policy may be applied ahead of its day: it decides on what is recorded from then on. None: at once.
alter table policy_applied add column effective timestamptz;
