import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: '../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 900 },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:7777',
      '/whip': 'http://127.0.0.1:7777',
      '/session': 'http://127.0.0.1:7777',
      '/play': 'http://127.0.0.1:7777',
    },
  },
});
