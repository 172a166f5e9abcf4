// A worker that never calls serveDatabase().
export {};
