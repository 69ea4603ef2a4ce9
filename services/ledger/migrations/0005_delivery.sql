-- What became of an output at a destination: final, so once for both (EXACTNESS 12).
create table receipt (
    output_id uuid not null,
    destination text not null,
    subject text not null,
    outcome text not null check (outcome in ('delivered', 'recalled', 'gave-up')),
    reason text,
    at timestamptz not null,
    primary key (output_id, destination)
);
create index receipt_of_subject on receipt (subject);

-- What a destination has taken in and has no receipt for: the delivery room's own list. What is sent stands in the
-- outbox. `again` is when it is looked at next, `reason` why not at once; `outcome` says what its receipt tells.
create table delivery (
    destination text not null,
    output_id uuid not null,
    subject text not null,
    sequence bigint not null,
    again timestamptz not null default now(),
    reason text,
    outcome text,
    at timestamptz,
    primary key (destination, output_id)
);
create index delivery_in_order on delivery (destination, subject, sequence) where outcome is null;
create index delivery_next on delivery (destination, again) where outcome is null;

-- Destinations as the delivery room knows them: since when, and why nothing can be handed over at present.
create table destination (
    name text primary key,
    begun timestamptz not null default now(),
    failing text,
    since timestamptz
);
