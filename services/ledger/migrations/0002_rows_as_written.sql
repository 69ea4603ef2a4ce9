-- Journeys and decisions as they were written: jsonb would be taken apart at every write and put together at every
-- read, and a journey is read and written with each of its events.
alter table journey alter column state type json using state::json;
alter table decision alter column body type json using body::json;

-- Rows of a few kilobytes stay whole on their page; PostgreSQL would compress what is longer than two.
alter table inbox set (toast_tuple_target = 8160);
alter table outbox set (toast_tuple_target = 8160);
alter table decision set (toast_tuple_target = 8160);
alter table journey set (toast_tuple_target = 8160);

-- Nobody asks for decisions and outputs by person: what is told of a person goes by the events in the inbox.
drop index decision_of_subject;
drop index outbox_of_subject;
