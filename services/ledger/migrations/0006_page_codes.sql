-- One-time codes of the answer pages: one row for each that was asked for. The code itself is kept as a keyed hash.
-- Several doors share them, so tries are counted here. A browser for which no more codes were sent has none of its own
-- (`mac` is null) and may give any of the question. After a day a row is of no use, and goes.
create table page_code (
    challenge text primary key,
    question uuid not null,
    mac bytea,
    made timestamptz not null,
    until timestamptz not null,
    tries int not null default 0,
    used boolean not null default false
);
create index page_code_of_question on page_code (question, made);
create index page_code_made on page_code (made);
