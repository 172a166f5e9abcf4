import { crrTable } from 'drizzle-crr';
import { integer, real, text } from 'drizzle-orm/sqlite-core';

export const cities = crrTable('cities', {
  code: text('code').primaryKey().notNull(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  lat: real('lat').notNull(),
  lng: real('lng').notNull(),
  rating: integer('rating'),
  note: text('note'),
});
