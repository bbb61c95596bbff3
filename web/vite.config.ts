import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** One application under several addresses: those of live777's pages are views of it. */
const PAGES = ['index.html', 'tools/player.html', 'tools/debugger.html', 'tools/dash.html'];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    chunkSizeWarningLimit: 1100,
    rolldownOptions: { input: PAGES.map((page) => resolve(import.meta.dirname, page)) },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:7777',
      '/whip': 'http://127.0.0.1:7777',
      '/whep': 'http://127.0.0.1:7777',
      '/session': 'http://127.0.0.1:7777',
      '/play': 'http://127.0.0.1:7777',
      '/signed': 'http://127.0.0.1:7777',
      '/graphql': 'http://127.0.0.1:7777',
    },
  },
});
