/**
 * The tables that the ledger keeps in PostgreSQL, and the two functions that it calls.
 *
 * All of it is in one schema. `read` looks; `commit` is the only thing that writes: it takes the
 * fleet's row, compares the version that the decision was made on, and writes what
 * the decision changes, in one statement of the client. The process that comes second is
 * told what the first has changed.
 *
 * Times are epoch milliseconds of the server's clock.
 */
import * as Effect from "effect/Effect"
import type { ResolvedMigration } from "effect/sql/Migrator"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { decisionValidity } from "../shared/VersionedStore.ts"

/**
 * The version of the schema that this release works with.
 *
 * @category configuration
 */
export const schemaVersion = 1

/**
 * The number of differences that are kept at least for holders that are behind. One
 * that is further behind reads the whole fleet.
 *
 * @category configuration
 */
export const keptDifferences = 200

/**
 * After how many writes the differences that need not be kept are removed.
 *
 * @category configuration
 */
export const purgeInterval = 50

/**
 * The migrations, for Effect's own migrator.
 *
 * @category constructors
 */
export const migrations = (sql: SqlClient, schema: string): ReadonlyArray<ResolvedMigration> => [
  [
    1,
    "shared_ledger",
    Effect.succeed(Effect.forEach(statements(schema), (text) => sql.unsafe(text), { discard: true }))
  ]
]

type Statement = string

/**
 * Quotes an identifier.
 *
 * @category constructors
 */
export const quoted = (name: string): string => `"${name.replaceAll("\"", "\"\"")}"`

const statements = (name: string): ReadonlyArray<Statement> => {
  const schema = quoted(name)
  return [...tables(schema), clock(schema), whole(schema), read(schema), commit(schema, name)]
}

const tables = (schema: string): ReadonlyArray<Statement> => [
  `CREATE TABLE ${schema}.fleet (
    id text PRIMARY KEY,
    version bigint NOT NULL,
    head jsonb NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.slot (
    fleet text NOT NULL,
    id text NOT NULL,
    key text,
    holds_key boolean NOT NULL,
    state text NOT NULL,
    task_arn text,
    slot jsonb NOT NULL,
    request text,
    PRIMARY KEY (fleet, id)
  ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
  // What the rules say already: they hold even where an operator writes by hand.
  `CREATE UNIQUE INDEX slot_key ON ${schema}.slot (fleet, key) WHERE holds_key`,
  `CREATE UNIQUE INDEX slot_task ON ${schema}.slot (fleet, task_arn) WHERE task_arn IS NOT NULL`,
  `CREATE TABLE ${schema}.gone (
    fleet text NOT NULL,
    task_arn text NOT NULL,
    since double precision NOT NULL,
    PRIMARY KEY (fleet, since, task_arn)
  )`,
  `CREATE TABLE ${schema}.member (
    fleet text NOT NULL,
    id text NOT NULL,
    member jsonb NOT NULL,
    PRIMARY KEY (fleet, id)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.difference (
    fleet text NOT NULL,
    version bigint NOT NULL,
    difference jsonb NOT NULL,
    PRIMARY KEY (fleet, version)
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`
]

/** The one place that tells the time. `now()` would be the time at which a statement began to wait for a lock. */
const clock = (schema: string): Statement =>
  `CREATE FUNCTION ${schema}.clock() RETURNS double precision LANGUAGE sql VOLATILE
  AS $$ SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 $$`

/** All of a fleet, as its difference from nothing. */
const whole = (schema: string): Statement =>
  `CREATE FUNCTION ${schema}.whole(p_fleet text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'head', f.head,
    'slots', coalesce((
      SELECT jsonb_agg(jsonb_build_object('slot', s.slot, 'holdsKey', s.holds_key, 'request', s.request))
      FROM ${schema}.slot s WHERE s.fleet = f.id), '[]'),
    'freed', '[]'::jsonb,
    'gone', coalesce((
      SELECT jsonb_agg(jsonb_build_object('taskArn', g.task_arn, 'since', g.since))
      FROM ${schema}.gone g WHERE g.fleet = f.id), '[]'),
    'members', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', m.id, 'member', m.member))
      FROM ${schema}.member m WHERE m.fleet = f.id), '[]'),
    'forgotten', '[]'::jsonb,
    'changes', '[]'::jsonb)
  FROM ${schema}.fleet f WHERE f.id = p_fleet $$`

/** Reads the changes since a version, or the whole fleet, as one statement sees it. */
const read = (schema: string): Statement =>
  `CREATE FUNCTION ${schema}.read(p_fleet text, p_since bigint) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT coalesce((
    SELECT jsonb_build_object('version', f.version, 'now', ${schema}.clock()) || CASE
      WHEN f.version = p_since THEN '{"whole":false,"changed":[]}'::jsonb
      WHEN p_since > 0 AND EXISTS (
        SELECT 1 FROM ${schema}.difference d WHERE d.fleet = f.id AND d.version = p_since + 1
      ) THEN jsonb_build_object('whole', false, 'changed', (
        SELECT jsonb_agg(d.difference ORDER BY d.version)
        FROM ${schema}.difference d WHERE d.fleet = f.id AND d.version > p_since AND d.version <= f.version))
      ELSE jsonb_build_object('whole', true, 'changed', jsonb_build_array(${schema}.whole(f.id)))
    END
    FROM ${schema}.fleet f WHERE f.id = p_fleet
  ), jsonb_build_object('version', 0, 'now', ${schema}.clock(), 'whole', true, 'changed', '[]'::jsonb)) $$`

const commit = (schema: string, channel: string): Statement =>
  `CREATE FUNCTION ${schema}.commit(p_fleet text, p_version bigint, p_difference jsonb, p_news boolean) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_version bigint;
    v_head jsonb := p_difference -> 'head';
  BEGIN
    -- Under any other level the version is compared with what was there when the transaction began.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'the ledger needs READ COMMITTED, and not %', current_setting('transaction_isolation')
        USING ERRCODE = '25001';
    END IF;
    IF p_version = 0 THEN
      INSERT INTO ${schema}.fleet (id, version, head) VALUES (p_fleet, 0, v_head) ON CONFLICT DO NOTHING;
    END IF;
    SELECT version INTO v_version FROM ${schema}.fleet WHERE id = p_fleet FOR UPDATE;
    IF v_version IS DISTINCT FROM p_version
      OR ${schema}.clock() - (v_head -> 'decidedAt' ->> 'store')::double precision > ${decisionValidity}
    THEN
      RETURN jsonb_build_object('written', false, 'update', ${schema}.read(p_fleet, p_version));
    END IF;
    -- Most decisions change one slot, and a statement that does nothing costs as much as one that does.
    IF p_difference -> 'freed' <> '[]' THEN
      DELETE FROM ${schema}.slot WHERE fleet = p_fleet
        AND id IN (SELECT jsonb_array_elements_text(p_difference -> 'freed'));
    END IF;
    IF p_difference -> 'slots' <> '[]' THEN
      -- A key that passes from one slot to another is let go first.
      UPDATE ${schema}.slot s SET holds_key = false FROM jsonb_array_elements(p_difference -> 'slots') e
        WHERE s.fleet = p_fleet AND s.id = e -> 'slot' ->> 'id' AND s.holds_key AND NOT (e -> 'holdsKey')::boolean;
      INSERT INTO ${schema}.slot AS s (fleet, id, key, holds_key, state, task_arn, slot, request)
        SELECT p_fleet, e -> 'slot' ->> 'id', e -> 'slot' ->> 'key', (e -> 'holdsKey')::boolean,
          e -> 'slot' -> 'state' ->> '_tag', e -> 'slot' -> 'state' ->> 'taskArn', e -> 'slot', e ->> 'request'
        FROM jsonb_array_elements(p_difference -> 'slots') e
        ON CONFLICT (fleet, id) DO UPDATE SET
          holds_key = EXCLUDED.holds_key, state = EXCLUDED.state, task_arn = EXCLUDED.task_arn, slot = EXCLUDED.slot,
          request = CASE WHEN EXCLUDED.task_arn IS NULL THEN coalesce(EXCLUDED.request, s.request) END;
    END IF;
    IF p_difference -> 'gone' <> '[]' THEN
      INSERT INTO ${schema}.gone (fleet, since, task_arn)
        SELECT p_fleet, (e ->> 'since')::double precision, e ->> 'taskArn'
        FROM jsonb_array_elements(p_difference -> 'gone') e
        ON CONFLICT DO NOTHING;
      DELETE FROM ${schema}.gone WHERE fleet = p_fleet
        AND since < least((v_head ->> 'goneSince')::double precision, (v_head ->> 'goneBefore')::double precision);
    END IF;
    IF p_difference -> 'forgotten' <> '[]' THEN
      DELETE FROM ${schema}.member WHERE fleet = p_fleet
        AND id IN (SELECT jsonb_array_elements_text(p_difference -> 'forgotten'));
    END IF;
    INSERT INTO ${schema}.member (fleet, id, member)
      SELECT p_fleet, e ->> 'id', e -> 'member' FROM jsonb_array_elements(p_difference -> 'members') e
      ON CONFLICT (fleet, id) DO UPDATE SET member = EXCLUDED.member;
    INSERT INTO ${schema}.difference (fleet, version, difference) VALUES (p_fleet, p_version + 1, p_difference);
    IF p_version % ${purgeInterval} = 0 THEN
      DELETE FROM ${schema}.difference WHERE fleet = p_fleet AND version <= p_version + 1 - ${keptDifferences};
    END IF;
    UPDATE ${schema}.fleet SET version = p_version + 1, head = v_head WHERE id = p_fleet;
    -- Commits that notify wait for each other on the whole server: only what others may wait for is told.
    IF p_news THEN
      PERFORM pg_notify(${literal(channel)}, (p_version + 1) || ' ' || p_fleet);
    END IF;
    RETURN jsonb_build_object('written', true, 'now', ${schema}.clock());
  END $$`

/** Quotes a text. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * Makes the schema, unless it is there. Several processes may do so at once.
 *
 * @category running
 */
export const create = (sql: SqlClient, schema: string): Effect.Effect<void, SqlError> =>
  Effect.flatMap(
    sql`SELECT 1 FROM pg_namespace WHERE nspname = ${schema}`,
    // Even where there is one, the statement takes a role that may create one.
    (found) => found.length > 0 ? Effect.void : Effect.asVoid(sql`CREATE SCHEMA IF NOT EXISTS ${sql(schema)}`)
  )
