-- The first ledger. See EXACTNESS in DECISIONS.md: each table closes a hole.

-- A log generation: one life of the broker's topics (Kafka: its cluster id; embedded: one start of `up`).
create table log_generation (
    generation text primary key,
    partitions int not null,
    embedded boolean not null,
    begun timestamptz not null default now()
);

-- The offset that counts, for each partition that a stream reads (EXACTNESS 4).
create table log_position (
    generation text not null references log_generation,
    topic text not null,
    partition int not null,
    next_offset bigint not null default 0,
    primary key (generation, topic, partition)
);

-- Attempts on an offset, noted outside the batch's transaction (EXACTNESS 5).
create table attempt (
    generation text not null,
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    started int not null,
    alone boolean not null default false,
    primary key (generation, topic, partition)
);

-- Why a partition is not read any more (EXACTNESS 4): shown by readyz and doctor.
create table halt (
    generation text not null,
    topic text not null,
    partition int not null,
    reason text not null,
    since timestamptz not null default now(),
    primary key (generation, topic, partition)
);

-- Policies whole, under their hash; the last applied is in force (EXACTNESS 13).
create table policy (
    hash text primary key,
    name text not null,
    version text not null,
    body bytea not null
);
create table policy_applied (
    applied bigint generated always as identity primary key,
    hash text not null references policy,
    at timestamptz not null default now()
);

-- Accepted events, sealed. The only judge of what was had before is its primary key (EXACTNESS 3).
create table inbox (
    source text not null,
    event_id text not null,
    arrival text not null unique,
    fingerprint text not null,
    type text not null,
    subject text not null,
    time timestamptz not null,
    recorded timestamptz not null,
    backfill boolean not null,
    correlation text,
    traceparent text,
    payload bytea not null,
    generation text not null,
    partition int not null,
    event_offset bigint not null,
    policy text not null references policy,
    core_version int not null,
    internal boolean not null default false,
    primary key (source, event_id)
);
create unique index inbox_in_log_order on inbox (generation, partition, event_offset);
create index inbox_of_subject on inbox (subject);

-- The same event again.
create table duplicate (
    arrival text primary key,
    source text not null,
    event_id text not null,
    recorded timestamptz not null
);

-- Refused arrivals. `identity` is a keyed hash of (source, id): a refused id may itself be an NHS number.
create table rejection (
    arrival text primary key,
    door text not null,
    codes text[] not null,
    source text,
    identity text,
    fingerprint text,
    recorded timestamptz not null
);

-- What came by Kafka and was refused, or could not be processed: with its original bytes and headers, sealed.
create table dead_letter (
    id bigint generated always as identity primary key,
    arrival text not null unique,
    stage text not null,
    code text not null,
    subject text,
    topic text not null,
    partition int not null,
    record_offset bigint not null,
    generation text not null,
    record bytea not null,
    at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'replaying', 'resolved'))
);

-- Every arrival ends as exactly one row (EXACTNESS 1); this is the sum that must add up.
create view arrivals as
    select arrival, 'accepted' as outcome, source, recorded from inbox where not internal
    union all
    select arrival, 'duplicate', source, recorded from duplicate
    union all
    select arrival, 'rejected', source, recorded from rejection;

create table journey (
    subject text primary key,
    version bigint not null,
    hold text,
    state jsonb not null
);

create table decision (
    generation text not null,
    partition int not null,
    event_offset bigint not null,
    ordinal int not null,
    subject text not null,
    kind text not null,
    body jsonb not null,
    primary key (generation, partition, event_offset, ordinal)
);
create index decision_of_subject on decision (subject);

-- Outputs in commit order within a partition, never a sequence number (EXACTNESS 8).
create table outbox (
    generation text not null,
    partition int not null,
    event_offset bigint not null,
    ordinal int not null,
    output_id uuid not null unique,
    topic text not null,
    type text not null,
    subject text not null,
    sequence bigint not null,
    time timestamptz not null,
    cause_source text not null,
    cause_id text not null,
    correlation text,
    traceparent text,
    policy text not null,
    data bytea not null,
    primary key (generation, partition, event_offset, ordinal)
);
create index outbox_of_subject on outbox (subject);

-- What waits for its moment (EXACTNESS 9). `about` is the chain: its steps come in turn. A row is done when its due
-- event is in the inbox, which is what counts; the mark only spares the timer room a look there.
create table wait (
    id uuid primary key,
    subject text not null,
    step text not null,
    about text not null,
    due timestamptz not null,
    until timestamptz,
    done boolean not null default false
);
create index wait_open on wait (due) where not done;
create index wait_chain on wait (about) where not done;

-- How far each lane has published: the truth on the embedded broker; on Kafka a copy of fitpath.relay for people.
create table relay_position (
    generation text not null,
    partition int not null,
    event_offset bigint not null,
    ordinal int not null,
    primary key (generation, partition)
);

-- A keyed check of the subject key, so that another key is noticed before it gives the same people other references.
create table subject_key (
    one boolean primary key default true check (one),
    fingerprint text not null
);
