-- A candidate policy may decide in the shadow: what it would have done is noted beside what was done, and acted on
-- nowhere. The latest row says which; none: nobody.
create table shadow_policy (
    chosen bigint generated always as identity primary key,
    hash text references policy,
    at timestamptz not null default now()
);

-- Only where the candidate would have decided otherwise. Kinds of decisions in their order; ``body`` is what it would
-- have decided, none where it failed.
create table shadow_decision (
    generation text not null,
    partition integer not null,
    event_offset bigint not null,
    policy text not null references policy,
    subject text not null,
    done text[] not null,
    would text[] not null,
    body json,
    primary key (generation, partition, event_offset)
);
