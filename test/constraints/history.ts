/** Random statements over the tables of schema.ts. */
import type { Random } from '../support/random.js';

const text = (value: string) => `'${value}'`;
const orNull = (random: Random, value: () => string, chance = 0.3) =>
  random.chance(chance) ? 'NULL' : value();

/** One local transaction: usually one statement. */
export function randomTransaction(random: Random): string[] {
  const count = random.chance(0.2) ? 2 + random.int(2) : 1;
  return Array.from({ length: count }, () => randomStatement(random));
}

/**
 * What each site begins with, one transaction each: the same keys with other values. Without it nearly every
 * insert of a short history lacks its parent.
 */
export function population(random: Random): string[] {
  const some = <T>(values: readonly T[]) => values.filter(() => random.chance(0.7));
  const org = () => `o${random.int(3)}`;
  const user = () => `u${random.int(5)}`;
  const email = () => orNull(random, () => text(random.pick(['x', 'y', 'z'])));
  return [
    ...some([0, 1, 2]).map(
      (i) =>
        `INSERT INTO orgs (id, name) VALUES ('o${i}', '${random.pick(['acme', 'beta', 'c'])}${random.int(3)}')`,
    ),
    ...some([0, 1, 2, 3, 4]).map(
      (i) =>
        `INSERT INTO users (id, org, email, handle) VALUES ('u${i}', '${org()}', ${email()}, 'h${random.int(6)}')`,
    ),
    ...some([0, 1, 2]).map(
      (i) =>
        `INSERT INTO teams (id, lead, title) VALUES ('t${i}', '${user()}', 'T${random.int(6)}')`,
    ),
    ...some([0, 1]).map((i) => `UPDATE users SET team = 't${i}' WHERE id = '${user()}'`),
    ...some([1, 2, 3]).map(
      (i) => `INSERT INTO projects (id, org, number) VALUES (${i}, '${org()}', ${random.int(5)})`,
    ),
    ...some([0, 1, 2, 3, 4]).map(
      (i) =>
        `INSERT INTO tasks (id, project, slug, code, parent, assignee, rank) VALUES ('k${i}', ${1 + random.int(3)}, '${random.pick(['s', 't'])}', 'c${random.int(4)}', ${i === 0 ? 'NULL' : "'k0'"}, '${user()}', ${random.int(3)})`,
    ),
    ...some([0, 1]).map(
      (i) => `INSERT INTO profiles (id, user, bio) VALUES ('f${i}', '${user()}', 'a')`,
    ),
    ...some([0, 1, 2]).map(
      (i) =>
        `INSERT INTO members (org, user, role) SELECT org, id, 'dev' FROM users WHERE id = 'u${i}'`,
    ),
    ...some([0, 1]).map(
      (i) =>
        `INSERT INTO badges (id, org, user, label) SELECT 'b${i}', org, user, 'l' FROM members LIMIT 1`,
    ),
    ...some([0, 1, 2]).map(
      (i) =>
        `INSERT INTO notices (id, org, author, about, number) VALUES ('m${i}', '${org()}', '${user()}', NULL, ${random.int(6)})`,
    ),
  ];
}

function randomStatement(random: Random): string {
  const org = () => text(`o${random.int(3)}`);
  const user = () => text(`u${random.int(5)}`);
  const team = () => text(`t${random.int(4)}`);
  const project = () => String(1 + random.int(4));
  const task = () => text(`k${random.int(6)}`);
  const notice = () => text(`m${random.int(4)}`);
  const email = () => text(random.pick(['x', 'y', 'z']));
  const name = () => text(random.pick(['acme', 'beta', 'acme~o1', 'beta~o2']));
  const slug = () => text(random.pick(['s', 't', 's~k1', 's~k3', 't~k2']));
  const verb = random.pick(['INSERT', 'INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE']);
  const update = random.pick(['UPDATE', 'UPDATE', 'UPDATE OR REPLACE', 'UPDATE OR IGNORE']);
  return random.pick<() => string>([
    () => `${verb} INTO orgs (id, name) VALUES (${org()}, ${name()})`,
    () => `${verb} INTO orgs (id, name) VALUES (${org()}, ${name()})`,
    () => `${update} orgs SET name = ${name()} WHERE id = ${org()}`,
    () => `DELETE FROM orgs WHERE id = ${org()}`,
    () => `${update} orgs SET id = ${org()} WHERE id = ${org()}`,
    () =>
      `${verb} INTO users (id, org, email, handle, team) VALUES (${user()}, ${org()}, ${orNull(random, email)}, ${text(`h${random.int(6)}`)}, ${orNull(random, team, 0.7)})`,
    () =>
      `INSERT INTO users (id, org, email, handle) VALUES (${user()}, ${org()}, ${email()}, ${text(`h${random.int(6)}`)}) ON CONFLICT (email) DO UPDATE SET handle = excluded.handle`,
    () =>
      `${verb} INTO users (id, org, email, handle) SELECT ${user()}, id, ${orNull(random, email)}, ${text(`h${random.int(9)}`)} FROM orgs LIMIT 1`,
    () => `${update} users SET email = ${orNull(random, email)} WHERE id = ${user()}`,
    () => `${update} users SET handle = ${text(`h${random.int(5)}`)} WHERE id = ${user()}`,
    () => `${update} users SET team = ${orNull(random, team)} WHERE id = ${user()}`,
    () => `${update} users SET email = email, handle = handle, team = team WHERE id = ${user()}`,
    // Whoever sees a masked value writes another.
    () =>
      `${update} users SET email = ${email()} WHERE id = (SELECT key_id FROM users__crr_aside WHERE mask_email = 1 LIMIT 1)`,
    () =>
      `${update} tasks SET code = 'c${random.int(4)}' WHERE id = (SELECT key_id FROM tasks__crr_aside WHERE mask_code = 1 LIMIT 1)`,
    () =>
      `${update} teams SET title = 'T${random.int(9)}' WHERE id = (SELECT key_id FROM teams__crr_aside WHERE mask_title = 1 LIMIT 1)`,
    () =>
      `UPDATE tasks SET assignee = (SELECT max(id) FROM users) WHERE id IN (SELECT key_id FROM tasks__crr_aside WHERE mask_assignee = 1)`,
    () =>
      `UPDATE notices SET author = (SELECT max(id) FROM users) WHERE id IN (SELECT key_id FROM notices__crr_aside WHERE mask_author = 1)`,
    () => `UPDATE users SET visits = visits + 1 WHERE id = ${user()}`,
    () => `DELETE FROM users WHERE id = ${user()}`,
    () => `${update} users SET id = ${user()} WHERE id = ${user()}`,
    () =>
      `${verb} INTO teams (id, lead, parent, title) VALUES (${team()}, ${orNull(random, user)}, ${orNull(random, team, 0.6)}, ${text(`T${random.int(9)}`)})`,
    () => `UPDATE teams SET parent = ${orNull(random, team)} WHERE id = ${team()}`,
    () => `UPDATE teams SET lead = ${orNull(random, user)} WHERE id = ${team()}`,
    () => `UPDATE teams SET title = ${text(`T${random.int(9)}`)} WHERE id = ${team()}`,
    () => `DELETE FROM teams WHERE id = ${team()}`,
    () =>
      `${verb} INTO projects (id, org, number) SELECT ${project()}, id, ${random.int(5)} FROM orgs ORDER BY id DESC LIMIT 1`,
    () => `${update} projects SET number = ${random.int(5)} WHERE id = ${project()}`,
    () => `${update} projects SET id = ${project()} WHERE id = ${project()}`,
    () => `UPDATE projects SET title = ${text(`P${random.int(9)}`)} WHERE id = ${project()}`,
    () => `DELETE FROM projects WHERE id = ${project()}`,
    () =>
      `${verb} INTO tasks (id, project, slug, code, parent, assignee) VALUES (${task()}, ${project()}, ${slug()}, ${orNull(random, () => text(`c${random.int(3)}`))}, ${orNull(random, task, 0.5)}, ${orNull(random, user)})`,
    () =>
      `${verb} INTO tasks (id, project, slug, code) SELECT ${task()}, id, ${slug()}, ${orNull(random, () => text(`c${random.int(3)}`))} FROM projects LIMIT 1`,
    () => `${update} tasks SET slug = ${slug()} WHERE id = ${task()}`,
    () => `${update} tasks SET slug = ${slug()} WHERE id > ${task()}`,
    () => `${update} tasks SET project = ${project()} WHERE id = ${task()}`,
    () =>
      `${update} tasks SET code = ${orNull(random, () => text(`c${random.int(3)}`))} WHERE id = ${task()}`,
    () =>
      `${update} tasks SET parent = ${orNull(random, task)}, assignee = ${orNull(random, user)} WHERE id = ${task()}`,
    () => `${update} tasks SET rank = ${random.int(3)} WHERE id = ${task()}`,
    () =>
      `${update} tasks SET rank = ${random.int(3)}, assignee = (SELECT max(id) FROM users) WHERE id = ${task()}`,
    () => `UPDATE tasks SET note = ${text(`n${random.int(9)}`)} WHERE id = ${task()}`,
    () => `${update} tasks SET id = ${task()} WHERE id = ${task()}`,
    () => `DELETE FROM tasks WHERE id = ${task()}`,
    () =>
      `${verb} INTO profiles (id, user, bio) VALUES (${text(`f${random.int(4)}`)}, ${user()}, 'b')`,
    () =>
      `${verb} INTO profiles (id, user, bio) SELECT ${text(`f${random.int(4)}`)}, id, 'c' FROM users LIMIT 1`,
    () => `${update} profiles SET user = ${user()} WHERE id = ${text(`f${random.int(4)}`)}`,
    () => `DELETE FROM profiles WHERE id = ${text(`f${random.int(4)}`)}`,
    () =>
      `${verb} INTO members (org, user, role) SELECT org, id, 'dev' FROM users WHERE id = ${user()}`,
    () => `${update} members SET role = ${text(`r${random.int(3)}`)} WHERE user = ${user()}`,
    () => `DELETE FROM members WHERE user = ${user()}`,
    () =>
      `${verb} INTO badges (id, org, user, label) SELECT ${text(`b${random.int(4)}`)}, org, user, 'l' FROM members LIMIT 1`,
    () =>
      `${update} badges SET label = ${text(`l${random.int(3)}`)} WHERE id = ${text(`b${random.int(4)}`)}`,
    () => `UPDATE badges SET place = 'a${random.int(3)}' WHERE id = ${text(`b${random.int(4)}`)}`,
    () => `UPDATE badges SET org = NULL WHERE id = ${text(`b${random.int(4)}`)}`,
    () => `DELETE FROM badges WHERE id = ${text(`b${random.int(4)}`)}`,
    () =>
      `${verb} INTO notices (id, org, author, about, number) VALUES (${notice()}, ${org()}, ${orNull(random, user)}, ${orNull(random, notice, 0.6)}, ${random.int(5)})`,
    () =>
      `${verb} INTO notices (id, org, number) SELECT ${notice()}, id, ${random.int(5)} FROM orgs ORDER BY id DESC LIMIT 1`,
    () => `${update} notices SET number = ${random.int(5)} WHERE id = ${notice()}`,
    () =>
      `${update} notices SET about = ${orNull(random, notice)}, author = ${orNull(random, user)}, seen = seen + 1 WHERE id = ${notice()}`,
    () =>
      `${verb} INTO tags (id, name) VALUES (${text(`g${random.int(3)}`)}, ${text(`n${random.int(9)}`)})`,
  ])();
}
