import { CrrProvider } from 'drizzle-crr/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { db, sync } from './database.js';
import './style.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <CrrProvider db={db} sync={sync}>
      <App />
    </CrrProvider>
  </StrictMode>,
);
