import { expect, test } from 'vitest';
import { mentions } from '../../src/sql/mentions.js';

test.each([
  ['select * from tasks', 'tasks'],
  ['select * from "tasks"', 'tasks'],
  ['SELECT * FROM [Tasks]', 'tasks'],
  ['select * from `tasks` t', 'Tasks'],
  ["select * from 'tasks'", 'tasks'],
  ['select 1 from a,tasks', 'tasks'],
  ['select (select 1 from tasks)', 'tasks'],
  ['select * from main.tasks', 'tasks'],
  ['select * from "main"."tasks"', 'tasks'],
  ['select * from main . tasks', 'tasks'],
  ['select x in tasks', 'tasks'],
  ['select tasks.id from t as tasks', 'tasks'],
  ['select * from "it""s"', 'it"s'],
  ['select * from "it\'s"', "it's"],
  ['select * from "a.b"', 'a.b'],
  ['select * from "größe"', 'größe'],
  ['select t.tasks from t join tasks on true', 'tasks'],
])('%s may read %s', (sql, name) => {
  expect(mentions(sql, name)).toBe(true);
});

test.each([
  ['select * from subtasks', 'tasks'],
  ['select * from tasks2', 'tasks'],
  ['select * from tasks_of_mine', 'tasks'],
  ['select * from großtasks', 'tasks'],
  ['select t.tasks from t', 'tasks'],
  ['select "t"."tasks" from "t"', 'tasks'],
  ['select "domain"."tasks" from "domain"', 'tasks'],
])('%s does not read %s', (sql, name) => {
  expect(mentions(sql, name)).toBe(false);
});
